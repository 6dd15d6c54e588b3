//! A program of the operator's that judges: JSON in, JSON out, with limits of time and memory and a user of its own.

use std::{path::Path, process::Stdio, time::Duration};

use proto::lazchain::{dat::v1::Manifest, vsc::v1::Task};
use serde::Deserialize;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
    time::timeout,
};

use super::kind_name;
use crate::operator::{
    config::Exec,
    report::{BEST, Section},
};

/// Bytes of an answer.
const MAX_ANSWER: u64 = 1 << 20;
/// Findings of an answer.
const MAX_FINDINGS: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    /// 0 to 10,000.
    score: u32,
    #[serde(default)]
    findings: Vec<String>,
}

/// Runs it. That it fails says nothing of the content: the ballot abstains.
pub(super) async fn look(
    exec: &Exec,
    task: &Task,
    manifest: &Manifest,
    file: &Path,
) -> Result<Section, String> {
    let update = task.update.clone().unwrap_or_default();
    let question = json!({
        "task": task.id, "kind": kind_name(update.kind()), "file": file, "media_type": manifest.media_type,
        "sha256": hex::encode(&manifest.sha256), "size": manifest.size,
    });
    let name = exec.command.join(" ");
    let said = timeout(Duration::from_secs(exec.secs), run(exec, &question.to_string())).await;
    let said = said.map_err(|_| format!("{name}: no answer within {} s", exec.secs))?;
    let said = said.map_err(|why| format!("{name}: {why}"))?;
    let answer: Answer =
        serde_json::from_str(&said).map_err(|error| format!("{name}: its answer: {error}"))?;
    if answer.score > BEST {
        return Err(format!("{name}: a score of {}; the best is {BEST}", answer.score));
    }
    let mut section = Section::new("exec");
    section.fact("program", &name);
    for what in answer.findings.iter().take(MAX_FINDINGS) {
        section.find(0, what.clone());
    }
    section.score = answer.score;
    Ok(section)
}

async fn run(exec: &Exec, question: &str) -> Result<String, String> {
    let Some((program, arguments)) = exec.command.split_first() else { return Err("no program".into()) };
    let mut command = limited(exec.memory, exec.secs);
    command.arg(program).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    if let Some(uid) = exec.uid {
        command.uid(uid).gid(uid);
    }
    let mut child = command.spawn().map_err(|error| format!("it cannot be started: {error}"))?;
    let (mut stdin, stdout) = (child.stdin.take(), child.stdout.take());
    if let Some(stdin) = &mut stdin {
        // a program that does not read its question may still answer
        let _ = stdin.write_all(question.as_bytes()).await;
    }
    drop(stdin);
    let mut said = String::new();
    if let Some(stdout) = stdout {
        let read = stdout.take(MAX_ANSWER).read_to_string(&mut said).await;
        read.map_err(|error| format!("its answer: {error}"))?;
    }
    let ended = child.wait().await.map_err(|error| error.to_string())?;
    if ended.success() { Ok(said) } else { Err(format!("it ended with {ended}")) }
}

/// A command, to which a program is added, with so many bytes of memory and seconds of processor time.
pub(super) fn limited(memory: u64, secs: u64) -> Command {
    // util-linux sets the limits: the process must not set them for itself
    let mut command = Command::new("prlimit");
    command.arg(format!("--as={memory}")).arg(format!("--cpu={secs}")).arg("--core=0").arg("--");
    command.env_clear().env("PATH", std::env::var("PATH").unwrap_or_default()).kill_on_drop(true);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn of(script: &str, secs: u64, memory: u64) -> Result<Section, String> {
        let command = vec!["sh".into(), "-c".into(), script.into()];
        let exec = Exec { command, secs, memory, uid: None };
        look(&exec, &Task::default(), &Manifest::default(), Path::new("/dev/null")).await
    }

    #[tokio::test]
    async fn a_program_answers_with_a_score_and_findings() {
        let script = r#"grep -q '"file":"/dev/null"' && echo '{"score":7000,"findings":["dull"]}'"#;
        let section = of(script, 10, 1 << 30).await.unwrap();
        assert_eq!((section.score, section.findings[0].what.as_str()), (7_000, "dull"));
    }

    #[tokio::test]
    async fn whatever_goes_wrong_with_it_is_said() {
        for (script, words) in [
            ("exit 3", "ended with exit status: 3"),
            ("echo nonsense", "its answer"),
            ("echo '{\"score\":10001}'", "the best is 10000"),
            ("sleep 30", "no answer within 1 s"),
        ] {
            let why = of(script, 1, 1 << 30).await.unwrap_err();
            assert!(why.contains(words), "{script}: {why}");
        }
        let greedy = "x=$(head -c 300000000 /dev/zero | tr '\\0' 'x'); echo '{\"score\":1}'";
        assert!(of(greedy, 20, 64 << 20).await.is_err(), "more memory than it may have");
    }
}
