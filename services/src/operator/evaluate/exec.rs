//! A program of the operator's that judges: JSON in, JSON out, with limits of time and memory and a user of its own.

use std::{
    fs::{File, Permissions},
    io,
    os::unix::fs::{PermissionsExt as _, fchown},
    path::Path,
    process::Stdio,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use proto::lazchain::{dat::v1::Manifest, vsc::v1::Task};
use serde::Deserialize;
use serde_json::json;
use tempfile::NamedTempFile;
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
/// Where another user finds the content: open, since it may enter none of the folders that the file lies in.
const OPEN: &str = "/dev/fd/3";
/// Makes what comes in as its input file 3, its first argument the input, and goes on as the program.
const AS_THREE: &str = "question=$1; shift; exec \"$@\" 3<&0 <<END\n$question\nEND\n";

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
    content: &NamedTempFile,
) -> Result<Section, String> {
    let update = task.update.clone().unwrap_or_default();
    let file = if exec.uid.is_some() { Path::new(OPEN) } else { content.path() };
    let question = json!({
        "task": task.id, "kind": kind_name(update.kind()), "file": file, "media_type": manifest.media_type,
        "sha256": hex::encode(&manifest.sha256), "size": manifest.size,
    });
    let name = exec.command.join(" ");
    let said = timeout(Duration::from_secs(exec.secs), run(exec, content, &question.to_string())).await;
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

async fn run(exec: &Exec, content: &NamedTempFile, question: &str) -> Result<String, String> {
    let mut command = limited(exec.memory, exec.secs);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    if let Some(uid) = exec.uid {
        let open = readable_by(uid, content);
        let open = open.map_err(|error| format!("it cannot be handed to user {uid}: {error}"))?;
        command.args(["sh", "-c", AS_THREE, "sh", question]).stdin(open).uid(uid).gid(uid);
    }
    command.args(&exec.command).process_group(0);
    let mut child = command.spawn().map_err(|error| format!("it cannot be started: {error}"))?;
    let _group = Group::of(child.id());
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

/// The content, opened for reading. Another user may open it again and not write it; all the others may do neither.
fn readable_by(uid: u32, content: &NamedTempFile) -> io::Result<File> {
    fchown(content.as_file(), None, Some(uid))?;
    content.as_file().set_permissions(Permissions::from_mode(0o640))?;
    File::open(content.path())
}

/// A program with all that it started, which ends with this.
struct Group(Option<Pid>);

impl Group {
    fn of(leader: Option<u32>) -> Group {
        Group(leader.and_then(|leader| i32::try_from(leader).ok()).map(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = killpg(group, Signal::SIGKILL); // usually nothing is left of it
        }
    }
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
    use std::{fs, io::Write as _};

    use super::*;

    async fn of(exec: &Exec, content: &NamedTempFile) -> Result<Section, String> {
        look(exec, &Task::default(), &Manifest::default(), content).await
    }

    fn shell(script: &str, secs: u64, memory: u64) -> Exec {
        Exec { command: vec!["sh".into(), "-c".into(), script.into()], secs, memory, uid: None }
    }

    fn content(text: &str) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    /// Reads the file that the question names.
    const READS: &str = r#"file=$(sed 's/.*"file":"\([^"]*\)".*/\1/'); read line < "$file";"#;

    #[tokio::test]
    async fn a_program_answers_with_a_score_and_findings() {
        let script = format!(r#"{READS} [ "$line" = seven ] && echo '{{"score":7000,"findings":["dull"]}}'"#);
        let section = of(&shell(&script, 10, 1 << 30), &content("seven\n")).await.unwrap();
        assert_eq!((section.score, section.findings[0].what.as_str()), (7_000, "dull"));
    }

    #[tokio::test]
    async fn a_program_of_another_user_reads_what_it_judges_and_cannot_change_it() {
        const NOBODY: u32 = 65_534;
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(&home, Permissions::from_mode(0o700)).unwrap(); // nobody else enters it
        let mut content = NamedTempFile::new_in(&home).unwrap();
        content.write_all(b"seven\n").unwrap();
        let script = format!(
            r#"{READS} (echo x >> "$file") && exit 4; cat {} && exit 5;
            [ "$line-$(id -u)-$(cat "$file")" = seven-{NOBODY}-seven ] && echo '{{"score":7000}}'"#,
            content.path().display()
        );
        let exec = Exec { uid: Some(NOBODY), ..shell(&script, 10, 1 << 30) };
        let said = of(&exec, &content).await;
        if nix::unistd::geteuid().is_root() {
            assert_eq!(said.unwrap().score, 7_000);
        } else {
            let why = said.unwrap_err();
            assert!(why.contains("it cannot be handed to user 65534"), "{why}");
        }
    }

    #[tokio::test]
    async fn what_a_program_started_ends_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("child");
        // the first is waited for, the second holds no answer open
        for (starts, ends, words) in
            [("sleep 300 &", "wait", "no answer within 1 s"), ("sleep 300 >&- &", "exit 3", "exit status: 3")]
        {
            let script = format!("{starts} echo $! > {}; {ends}", path.display());
            let why = of(&shell(&script, 1, 1 << 30), &content("")).await.unwrap_err();
            assert!(why.contains(words), "{starts}: {why}");
            let child = fs::read_to_string(&path).unwrap();
            let status = || fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
            // gone, or dead and not yet fetched
            while !status().is_empty() && !status().contains(") Z ") {
                tokio::task::yield_now().await;
            }
        }
    }

    #[tokio::test]
    async fn whatever_goes_wrong_with_it_is_said() {
        for (script, words) in [
            ("exit 3", "ended with exit status: 3"),
            ("echo nonsense", "its answer"),
            ("echo '{\"score\":10001}'", "the best is 10000"),
            ("sleep 30", "no answer within 1 s"),
        ] {
            let why = of(&shell(script, 1, 1 << 30), &content("")).await.unwrap_err();
            assert!(why.contains(words), "{script}: {why}");
        }
        let greedy = "x=$(head -c 300000000 /dev/zero | tr '\\0' 'x'); echo '{\"score\":1}'";
        let said = of(&shell(greedy, 20, 64 << 20), &content("")).await;
        assert!(said.is_err(), "more memory than it may have");
    }
}
