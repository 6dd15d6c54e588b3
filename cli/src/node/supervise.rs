//! One life for two processes: when either ends, the other is stopped.
//!
//! A validator whose application lives while its engine is dead (or the other way round) looks alive to everything that
//! might restart it. So there is one exit; and a restart replaces both, by executing this program anew.

use std::{
    env,
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    process::Child,
    signal::unix::{SignalKind, signal},
};

/// A run this long makes past failures irrelevant.
const SETTLED: Duration = Duration::from_secs(60);
/// An engine that gives up by itself this early does not like its configuration, and would not the next time.
const STARTING: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Carries the count of restarts in a row over to the program executed anew.
const COUNT: &str = "LAZD_RESTARTS_SO_FAR";

/// Why a supervised run ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Somebody asked by signal.
    Asked(Signal),
    /// The engine ended by itself.
    Engine(ExitStatus),
    /// The application wants to stop, and says why.
    App(String),
}

/// Resolves at SIGTERM, SIGINT or SIGHUP.
pub(crate) async fn asked_to_stop() -> Result<Signal> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(tokio::select! {
        _ = terminate.recv() => Signal::SIGTERM,
        _ = interrupt.recv() => Signal::SIGINT,
        _ = hang_up.recv() => Signal::SIGHUP,
    })
}

/// Waits for the first reason to end, then stops the engine. The application is still there meanwhile: the engine gets
/// its last answers, and ends between two blocks.
pub(crate) async fn watch(
    mut engine: Child,
    app: impl Future<Output = String>,
    asked: impl Future<Output = Result<Signal>>,
    grace: Duration,
) -> Result<Ended> {
    let ended = tokio::select! {
        status = engine.wait() => Ended::Engine(status.context("cannot wait for CometBFT")?),
        reason = app => Ended::App(reason),
        signal = asked => Ended::Asked(signal?),
    };
    if !matches!(ended, Ended::Engine(_)) {
        tracing::info!(reason = ?ended, "stopping CometBFT");
        stop(&mut engine, grace).await?;
    }
    Ok(ended)
}

/// Asks the engine to stop, and kills it when it has not after `grace`.
async fn stop(engine: &mut Child, grace: Duration) -> Result<()> {
    if let Some(pid) = engine.id().and_then(|pid| i32::try_from(pid).ok()) {
        // An engine that ended in this moment cannot be signalled, and need not be.
        let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
    }
    match tokio::time::timeout(grace, engine.wait()).await {
        Ok(status) => drop(status.context("cannot wait for CometBFT")?),
        Err(_) => {
            tracing::warn!(?grace, "CometBFT does not stop and is killed");
            engine.kill().await.context("cannot kill CometBFT")?;
        }
    }
    Ok(())
}

/// What to do after the engine ended by itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Execute this program anew after a pause, as the given restart in a row.
    Restart { after: Duration, count: u32 },
    /// Leave, without success.
    Exit,
}

/// Decides on a restart from how the engine ended, how long it ran, and how often in a row it was restarted.
pub(crate) fn next(status: ExitStatus, ran: Duration, so_far: u32, allowed: u32) -> Next {
    let so_far = if ran >= SETTLED { 0 } else { so_far };
    let refused_to_start = so_far == 0 && ran < STARTING && status.signal().is_none();
    if refused_to_start || so_far >= allowed {
        return Next::Exit;
    }
    let after = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(so_far.min(16))).min(LONGEST_PAUSE);
    Next::Restart { after, count: so_far + 1 }
}

/// How often in a row this program has executed itself anew.
pub(crate) fn restarts_so_far() -> u32 {
    env::var(COUNT).ok().and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// Executes this program anew with the same arguments; it keeps its process id, so whoever watches it sees one process.
pub(crate) fn restart(count: u32) -> Result<()> {
    let mut arguments = env::args_os();
    let name = arguments.next().unwrap_or_else(|| "lazd".into());
    let mut command = Command::new("/proc/self/exe");
    command.arg0(name).args(arguments).env(COUNT, count.to_string());
    command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    Err(command.exec()).context("cannot execute lazd anew")
}

/// Spawns the engine and supervises it; returns why it ended and how long it ran.
pub(crate) async fn run(
    command: Command,
    app: impl Future<Output = String>,
    asked: impl Future<Output = Result<Signal>>,
    grace: Duration,
) -> Result<(Ended, Duration)> {
    let engine =
        tokio::process::Command::from(command).kill_on_drop(true).spawn().context("cannot start CometBFT")?;
    tracing::info!(pid = engine.id(), "CometBFT started");
    let begun = Instant::now();
    let ended = watch(engine, app, asked, grace).await?;
    Ok((ended, begun.elapsed()))
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    fn script(text: &str) -> Command {
        let mut command = Command::new("sh");
        command.arg("-c").arg(text);
        command
    }

    async fn never() -> Result<Signal> {
        pending().await
    }

    #[tokio::test]
    async fn an_engine_that_dies_ends_the_run() {
        let (ended, _) = run(script("exit 3"), pending(), never(), SETTLED).await.unwrap();
        assert!(matches!(ended, Ended::Engine(status) if status.code() == Some(3)), "{ended:?}");
        let (ended, _) = run(script("kill -9 $$"), pending(), never(), SETTLED).await.unwrap();
        assert!(matches!(ended, Ended::Engine(status) if status.signal() == Some(9)), "{ended:?}");
    }

    #[tokio::test]
    async fn an_app_that_stops_stops_the_engine_gracefully() {
        let folder = tempfile::tempdir().unwrap();
        let (ready, stopped) = (folder.path().join("ready"), folder.path().join("stopped"));
        let text = format!(
            "trap 'touch {}; exit 0' TERM; touch {}; while :; do sleep 0.05; done",
            stopped.display(),
            ready.display()
        );
        let app = async {
            while !ready.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            "halt height".to_owned()
        };
        let (ended, _) = run(script(&text), app, never(), SETTLED).await.unwrap();
        assert!(matches!(ended, Ended::App(reason) if reason == "halt height"));
        assert!(stopped.exists(), "the engine was asked, not killed");
    }

    #[tokio::test]
    async fn an_engine_that_does_not_listen_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let ready = folder.path().join("ready");
        let text = format!("trap '' TERM; touch {}; while :; do sleep 0.05; done", ready.display());
        let asked = async {
            while !ready.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(Signal::SIGINT)
        };
        let (ended, ran) = run(script(&text), pending(), asked, Duration::from_millis(100)).await.unwrap();
        assert!(matches!(ended, Ended::Asked(Signal::SIGINT)));
        assert!(ran < Duration::from_secs(20));
    }

    #[test]
    fn restarts_are_bounded_and_spaced() {
        let (exited, killed) = (ExitStatus::from_raw(1 << 8), ExitStatus::from_raw(9));
        let second = Duration::from_secs(1);
        assert_eq!(next(exited, second, 0, 10), Next::Exit, "a bad configuration stays bad");
        assert_eq!(next(killed, second, 0, 10), Next::Restart { after: FIRST_PAUSE, count: 1 });
        assert_eq!(next(exited, second, 1, 10), Next::Restart { after: second, count: 2 });
        assert_eq!(next(killed, second, 9, 10), Next::Restart { after: LONGEST_PAUSE, count: 10 });
        assert_eq!(next(killed, second, 10, 10), Next::Exit);
        assert_eq!(next(killed, SETTLED, 10, 10), Next::Restart { after: FIRST_PAUSE, count: 1 });
        assert_eq!(next(killed, SETTLED, 0, 0), Next::Exit);
    }
}
