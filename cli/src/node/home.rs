//! The home folder: which file is where, and how files get there.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io::{self, BufWriter, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// How long a lock may look taken before it counts as taken.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);
const POLL: Duration = Duration::from_millis(20);

/// A socket's path must fit 108 bytes, its end included.
const MAX_SOCKET_PATH: usize = 104;

/// The folder that holds all that a node has.
#[derive(Clone, Debug)]
pub(crate) struct Home(PathBuf);

impl Home {
    pub(crate) fn new(folder: impl Into<PathBuf>) -> Home {
        Home(folder.into())
    }

    /// `~/.lazd`
    pub(crate) fn standard() -> PathBuf {
        std::env::home_dir().unwrap_or_default().join(".lazd")
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.0.join("config")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub(crate) fn app_toml(&self) -> PathBuf {
        self.config().join("app.toml")
    }

    pub(crate) fn config_toml(&self) -> PathBuf {
        self.config().join("config.toml")
    }

    pub(crate) fn client_toml(&self) -> PathBuf {
        self.config().join("client.toml")
    }

    pub(crate) fn genesis(&self) -> PathBuf {
        self.config().join("genesis.json")
    }

    pub(crate) fn gentxs(&self) -> PathBuf {
        self.config().join("gentx")
    }

    pub(crate) fn address_book(&self) -> PathBuf {
        self.config().join("addrbook.json")
    }

    pub(crate) fn node_key(&self) -> PathBuf {
        self.config().join("node_key.json")
    }

    pub(crate) fn validator_key(&self) -> PathBuf {
        self.config().join("priv_validator_key.json")
    }

    /// What the validator last signed: the one file that must never be lost or put back.
    pub(crate) fn validator_state(&self) -> PathBuf {
        self.data().join("priv_validator_state.json")
    }

    /// The application's state.
    pub(crate) fn store(&self) -> PathBuf {
        self.data().join("application.db")
    }

    /// Held by CometBFT as long as it lives, even when `lazd` was killed.
    pub(crate) fn engine_lock(&self) -> PathBuf {
        self.data().join("cometbft.lock")
    }

    /// The socket between the application and CometBFT: in the home, unless that path is too long for a socket.
    pub(crate) fn socket(&self) -> Result<PathBuf> {
        let inside = self.data().join("abci.sock");
        if inside.as_os_str().len() <= MAX_SOCKET_PATH {
            return Ok(inside);
        }
        let name = fs::canonicalize(&self.0).unwrap_or_else(|_| self.0.clone());
        let digest = hex::encode(Sha256::digest(name.as_os_str().as_encoded_bytes()));
        let folder = std::env::temp_dir().join(format!("lazd-{}", &digest[..16]));
        make_private(&folder)?;
        let owner = fs::symlink_metadata(&folder)?;
        let ours = owner.is_dir() && owner.uid() == nix::unistd::geteuid().as_raw();
        if !ours || owner.permissions().mode() & 0o077 != 0 {
            bail!(
                "{} is not a private folder of this user; remove it or use a shorter --home",
                folder.display()
            );
        }
        Ok(folder.join("abci.sock"))
    }

    /// Makes the folders, closed to other users.
    pub(crate) fn make(&self) -> Result<()> {
        [self.path(), &self.config(), &self.data()].into_iter().try_for_each(make_private)
    }

    /// Claims the home for this process until the returned file is dropped.
    pub(crate) fn lock(&self) -> Result<File> {
        let path = self.data().join("lazd.lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.with_context(|| format!("cannot open {}", path.display()))?;
        // a child that its parent is just starting holds a copy of the lock until it runs its own program, so a lock
        // that was let go can look taken for a moment
        let locked = lock_within(&file, LOCK_PATIENCE);
        if !locked.with_context(|| format!("cannot lock {}", path.display()))? {
            bail!(
                "another lazd works on {}; stop it first, or give this one a --home of its own",
                self.path().display()
            );
        }
        Ok(file)
    }

    /// Claims the home only if there is one with data.
    pub(crate) fn lock_if_made(&self) -> Result<Option<File>> {
        if self.data().is_dir() { self.lock().map(Some) } else { Ok(None) }
    }

    /// Reads a file that `init` makes.
    pub(crate) fn read(&self, path: &Path) -> Result<String> {
        fs::read_to_string(path).with_context(|| {
            format!("cannot read {}; has `lazd init` been run for this --home?", path.display())
        })
    }
}

/// Locks `file`, waiting at most so long for whoever has it; whether that worked.
pub(crate) fn lock_within(file: &File, patience: Duration) -> io::Result<bool> {
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if begun.elapsed() <= patience => sleep(POLL),
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

fn make_private(folder: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))
}

/// Whether a file that exists may be replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    Replace,
    Refuse,
}

/// The folder that a file is in: of a bare name, the one we are in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file whole or not at all: into a neighbour, synced, then renamed.
pub(crate) fn write_file(path: &Path, bytes: &[u8], mode: u32, existing: Existing) -> Result<()> {
    write_file_by(path, mode, existing, |file| Ok(file.write_all(bytes)?))
}

/// The same with what writes it.
pub(crate) fn write_file_by(
    path: &Path,
    mode: u32,
    existing: Existing,
    write: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    let doing = || format!("cannot write {}", path.display());
    // a device or a pipe is written to; nothing takes its place
    if existing == Existing::Replace && path.metadata().is_ok_and(|there| !there.is_file()) {
        let mut there = File::options().write(true).open(path).with_context(doing)?;
        return write(&mut there).with_context(doing);
    }
    let folder = folder_of(path);
    let permissions = fs::Permissions::from_mode(mode);
    let mut file =
        tempfile::Builder::new().permissions(permissions).tempfile_in(folder).with_context(doing)?;
    let mut buffered = BufWriter::new(&mut file);
    write(&mut buffered).and_then(|()| Ok(buffered.flush()?)).with_context(doing)?;
    drop(buffered);
    file.as_file().sync_all().with_context(doing)?;
    match existing {
        Existing::Replace => file.persist(path).with_context(doing)?,
        Existing::Refuse => file.persist_noclobber(path).with_context(doing)?,
    };
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(doing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_in_the_folder_that_we_are_in() {
        assert_eq!(folder_of(Path::new("table.key")), Path::new("."));
        assert_eq!(folder_of(Path::new("keys/table.key")), Path::new("keys"));
        assert_eq!(folder_of(Path::new("/table.key")), Path::new("/"));
    }

    #[test]
    fn a_long_home_gets_a_short_socket() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Home::new(folder.path()).socket().unwrap(), folder.path().join("data/abci.sock"));
        let long = Home::new(folder.path().join("x".repeat(120)));
        let socket = long.socket().unwrap();
        assert!(socket.as_os_str().len() <= MAX_SOCKET_PATH, "{}", socket.display());
        assert_eq!(long.socket().unwrap(), socket);
        fs::remove_dir(socket.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_home_has_one_master() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        home.make().unwrap();
        let held = home.lock().unwrap();
        assert!(home.lock().unwrap_err().to_string().contains("another lazd"));
        drop(held);
        home.lock().unwrap();
    }

    #[test]
    fn files_are_replaced_only_on_request() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        write_file(&path, b"one", 0o600, Existing::Refuse).unwrap();
        assert!(write_file(&path, b"two", 0o600, Existing::Refuse).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write_file(&path, b"two", 0o600, Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_pipe_is_written_to_and_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let reader = std::thread::spawn({
            let path = path.clone();
            move || fs::read(path).unwrap()
        });
        write_file(&path, b"one", 0o600, Existing::Replace).unwrap();
        assert_eq!(reader.join().unwrap(), b"one");
        assert!(!fs::metadata(&path).unwrap().is_file());
        assert!(write_file(&path, b"two", 0o600, Existing::Refuse).is_err());
        assert!(write_file(folder.path(), b"two", 0o600, Existing::Replace).is_err());
    }
}
