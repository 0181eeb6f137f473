//! A run's folder as keeper and client share it: the log, the lock, the socket, the snapshots.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, flock};

use crate::protocol::SnapshotId;

/// The folder of one run. Only its owner can enter it.
#[derive(Clone, Debug)]
pub struct RunDir {
    path: PathBuf,
}

/// Held for life by a run's keeper, briefly by a recovery; the kernel gives it back when its holder dies.
#[derive(Debug)]
pub struct KeeperLock {
    file: File,
}

impl RunDir {
    /// Names the folder without touching it.
    pub fn new(path: impl Into<PathBuf>) -> RunDir {
        RunDir { path: path.into() }
    }

    /// Makes the folder (mode 0700) and those above it where they are missing.
    pub fn create(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.path)?;
        DirBuilder::new().recursive(true).mode(0o700).create(self.snapshots())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The keeper's log.
    pub fn log(&self) -> PathBuf {
        self.path.join("keeper.log")
    }

    /// The socket, for messages; connecting goes through [`RunDir::connect`].
    pub fn socket(&self) -> PathBuf {
        self.path.join("keeper.sock")
    }

    /// The folder of encrypted snapshots.
    pub fn snapshots(&self) -> PathBuf {
        self.path.join("shell")
    }

    /// The folder beneath which each attempt may leave files as evidence.
    pub fn evidence(&self) -> PathBuf {
        self.path.join("evidence")
    }

    /// One snapshot's file.
    pub fn snapshot(&self, id: &SnapshotId) -> PathBuf {
        self.snapshots().join(&id.0)
    }

    /// The keeper's lock, or `None` if another process holds it.
    pub fn try_lock(&self) -> io::Result<Option<KeeperLock>> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(self.path.join("keeper.lock"))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(KeeperLock { file })),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Connects to the keeper; `None` if none listens.
    pub fn connect(&self) -> io::Result<Option<UnixStream>> {
        let Some(folder) = self.open_folder()? else {
            return Ok(None);
        };
        match UnixStream::connect(short_socket_path(&folder)) {
            Ok(stream) => Ok(Some(stream)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Listens (mode 0600), replacing a dead keeper's socket. Only the lock's holder may call this.
    pub fn listen(&self, _held: &KeeperLock) -> io::Result<UnixListener> {
        let folder = self.open_folder()?.ok_or(io::ErrorKind::NotFound)?;
        remove_if_there(&self.socket())?;
        let before = rustix::process::umask(Mode::from_raw_mode(0o177));
        let listener = UnixListener::bind(short_socket_path(&folder));
        rustix::process::umask(before);
        listener
    }

    /// Removes the socket when its keeper goes.
    pub fn remove_socket(&self, _held: &KeeperLock) -> io::Result<()> {
        remove_if_there(&self.socket())
    }

    fn open_folder(&self) -> io::Result<Option<File>> {
        match File::open(&self.path) {
            Ok(folder) => Ok(Some(folder)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl KeeperLock {
    /// Whether the lock's file is still in a folder: without it nobody can find the run any more.
    pub fn is_in_place(&self) -> bool {
        rustix::fs::fstat(&self.file).is_ok_and(|stat| stat.st_nlink > 0)
    }
}

/// A socket's path may have 107 bytes and a run's folder lies anywhere: so the path goes through the open folder.
fn short_socket_path(folder: &File) -> String {
    format!("/proc/self/fd/{}/keeper.sock", folder.as_raw_fd())
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_is_refused_until_the_first_goes() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunDir::new(folder.path());
        let first = run.try_lock().unwrap();
        assert!(first.is_some());
        assert!(run.try_lock().unwrap().is_none());
        drop(first);
        assert!(run.try_lock().unwrap().is_some());
    }

    #[test]
    fn a_lock_knows_that_its_folder_went_away() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunDir::new(folder.path());
        let lock = run.try_lock().unwrap().unwrap();
        assert!(lock.is_in_place());
        folder.close().unwrap();
        assert!(!lock.is_in_place());
    }

    #[test]
    fn a_socket_works_under_a_long_path() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunDir::new(folder.path().join("a".repeat(100)).join("b".repeat(100)));
        assert!(run.connect().unwrap().is_none());
        run.create().unwrap();
        let lock = run.try_lock().unwrap().unwrap();
        let _listener = run.listen(&lock).unwrap();
        assert!(run.connect().unwrap().is_some());
        run.remove_socket(&lock).unwrap();
        assert!(run.connect().unwrap().is_none());
    }
}
