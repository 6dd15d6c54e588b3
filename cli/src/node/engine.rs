//! CometBFT, the engine: finding it, checking it, and starting it so that it cannot outlive us.

use std::{
    env,
    ffi::OsString,
    fs::File,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use nix::{
    fcntl::{FcntlArg, FdFlag, fcntl},
    sys::{
        prctl::set_pdeathsig,
        signal::{SigSet, Signal},
    },
    unistd::{Pid, getppid},
};

use super::{
    home::{Home, lock_within},
    settings::{COMET, Flags, variable},
};

/// The release line whose ABCI and RPC we speak.
const LINE: &str = "0.38.";
/// Before it, `double_sign_check_height = 1` checks nothing.
const FIRST_SOUND_PATCH: u32 = 24;
/// How long the engine of a killed `lazd` may take to vanish.
const PREDECESSOR_PATIENCE: Duration = Duration::from_secs(15);

/// How to get it, for those who have it not.
const INSTALL: &str = "go install github.com/cometbft/cometbft/cmd/cometbft@v0.38.26";

/// A CometBFT that fits.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) binary: PathBuf,
    pub(crate) version: String,
}

impl Engine {
    /// Finds CometBFT: `LAZD_COMETBFT`, next to this program, on `PATH`, or where Go installs.
    pub(crate) fn find() -> Result<Engine> {
        let binary = candidates().into_iter().find(|path| path.is_file()).ok_or_else(|| {
            anyhow!("cometbft was not found in PATH, ~/go/bin or next to lazd; run `{INSTALL}`, or set LAZD_COMETBFT")
        })?;
        Engine::at(binary)
    }

    /// Asks a given CometBFT for its version.
    pub(crate) fn at(binary: PathBuf) -> Result<Engine> {
        let said = Command::new(&binary).arg("version").stdin(Stdio::null()).output();
        let said = said.with_context(|| format!("cannot run {}", binary.display()))?;
        let version = String::from_utf8_lossy(&said.stdout).trim().trim_start_matches('v').to_owned();
        let Some(rest) = version.strip_prefix(LINE) else {
            bail!("{} is version {version:?}, but {LINE}x is needed; run `{INSTALL}`", binary.display());
        };
        let patch = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        if patch.parse::<u32>().is_ok_and(|patch| patch < FIRST_SOUND_PATCH) {
            tracing::warn!(version, "this CometBFT has known faults; run `{INSTALL}`");
        }
        Ok(Engine { binary, version })
    }

    /// `cometbft start` over `home`, talking to the application at `proxy_app`. What was set for it by flag or by
    /// `LAZD_` variable reaches it as the `CMT_` variable it knows.
    ///
    /// It runs under [`run_shim`], so that it dies with us; therefore it must be spawned from the main thread, because
    /// Linux sends the death signal when the *thread* that spawned it ends.
    pub(crate) fn command(&self, home: &Home, proxy_app: &str, flags: &Flags) -> Command {
        let mut command = Command::new("/proc/self/exe");
        command.arg0("lazd").arg(SHIM).arg(home.engine_lock()).arg(std::process::id().to_string());
        command
            .arg(&self.binary)
            .arg("start")
            .arg("--home")
            .arg(home.path())
            .arg("--proxy_app")
            .arg(proxy_app);
        for setting in COMET.settings() {
            if let Some(value) =
                flags.get(&setting.key).cloned().or_else(|| env::var(setting.variable()).ok())
            {
                command.env(variable("CMT", &setting.key), value);
            }
        }
        command.stdin(Stdio::null()).process_group(0);
        command
    }
}

fn candidates() -> Vec<PathBuf> {
    if let Some(named) = env::var_os("LAZD_COMETBFT") {
        return vec![PathBuf::from(named)];
    }
    let beside = env::current_exe().ok().and_then(|path| path.parent().map(Path::to_owned));
    let path = env::var_os("PATH").unwrap_or_default();
    let go = env::home_dir().map(|home| home.join("go/bin"));
    let folders = beside.into_iter().chain(env::split_paths(&path)).chain(go);
    folders.map(|folder| folder.join("cometbft")).collect()
}

/// Name of the hidden command that becomes the engine.
pub(crate) const SHIM: &str = "run-engine";

/// Arguments of the hidden command.
#[derive(clap::Args)]
pub(crate) struct ShimArgs {
    lock: PathBuf,
    parent: i32,
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

/// Becomes the engine: arranges to be killed when the parent dies, waits until no other engine works on this home, and
/// replaces itself by the command. The lock is inherited, so it is held exactly as long as the engine lives.
pub(crate) fn run_shim(args: &ShimArgs) -> Result<()> {
    set_pdeathsig(Signal::SIGKILL).context("cannot tie CometBFT to this process")?;
    if getppid() != Pid::from_raw(args.parent) {
        bail!("lazd ended before CometBFT was started");
    }
    SigSet::all().thread_unblock().context("cannot unblock signals")?;
    let lock = File::options().create(true).truncate(false).write(true).open(&args.lock);
    let lock = lock.with_context(|| format!("cannot open {}", args.lock.display()))?;
    let locked = lock_within(&lock, PREDECESSOR_PATIENCE);
    if !locked.with_context(|| format!("cannot lock {}", args.lock.display()))? {
        bail!("another CometBFT still works on this home ({} is locked); stop it first", args.lock.display());
    }
    fcntl(&lock, FcntlArg::F_SETFD(FdFlag::empty())).context("cannot pass the lock on")?;
    let (program, arguments) = args.command.split_first().context("no command to run")?;
    Err(Command::new(program).args(arguments).exec())
        .with_context(|| format!("cannot run {}", program.display()))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn fake(version: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cometbft");
        fs::write(&path, format!("#!/bin/sh\necho {version}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        (folder, path)
    }

    #[test]
    fn only_the_0_38_line_is_taken() {
        let (_folder, path) = fake("0.38.26");
        assert_eq!(Engine::at(path).unwrap().version, "0.38.26");
        let (_folder, path) = fake("v0.38.9+abc");
        assert_eq!(Engine::at(path).unwrap().version, "0.38.9+abc");
        for other in ["1.0.1", "0.37.2", ""] {
            let (_folder, path) = fake(other);
            let error = Engine::at(path).unwrap_err().to_string();
            assert!(error.contains("0.38.x is needed") && error.contains("go install"), "{error}");
        }
    }

    #[test]
    fn settings_reach_cometbft_as_its_own_variables() {
        let engine = Engine { binary: "cometbft".into(), version: "0.38.26".into() };
        let flags = Flags::from([("p2p.persistent_peers".into(), "a@b:1".into())]);
        let command = engine.command(&Home::new("/h"), "unix:///h/data/abci.sock", &flags);
        let set: Vec<_> =
            command.get_envs().filter_map(|(name, value)| Some((name.to_str()?, value?.to_str()?))).collect();
        assert_eq!(set, [("CMT_P2P_PERSISTENT_PEERS", "a@b:1")]);
    }
}
