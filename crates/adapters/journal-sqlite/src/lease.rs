//! The executor lease: a kernel lock on a file per run. It ends with the process that holds it, however that ends.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use callsheet_base::RunId;
use callsheet_journal::{JournalError, Lease, LeaseHolder};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::failure::Failures;

/// Leases of a state folder: `leases/RUN`, locked with `flock` by the process that decides the run.
#[derive(Debug)]
pub struct FileLeases {
    folder: PathBuf,
    failures: Failures,
    /// Written into the file for whoever finds it locked.
    holder: LeaseHolder,
    held: HashMap<RunId, FileLock>,
}

/// A locked file that says who holds it. Unlocked and removed when dropped.
#[derive(Debug)]
pub struct FileLock {
    path: PathBuf,
    file: File,
}

/// How often a taken lock is looked at before it is believed: somebody may just be asking who holds it (which locks it for
/// an instant), or its holder may stand between locking and signing.
const LOOKS: u32 = 4;

// === impl FileLeases ===

impl FileLeases {
    /// Leases in the state folder `state`, taken in the name of `holder`.
    pub fn new(state: &Path, holder: LeaseHolder) -> FileLeases {
        let folder = state.join("leases");
        FileLeases { failures: Failures::new(&folder), folder, holder, held: HashMap::new() }
    }

    /// Who holds the lease of `run` now, if anybody but us does. Takes nothing.
    pub fn holder_of(&self, run: RunId) -> Result<Option<LeaseHolder>, JournalError> {
        FileLock::holder(&self.path(run)).map_err(|error| self.failures.io("read the lease beside", error))
    }

    fn path(&self, run: RunId) -> PathBuf {
        self.folder.join(run.to_string())
    }
}

impl Lease for FileLeases {
    fn try_take(&mut self, run: RunId) -> Result<Result<(), LeaseHolder>, JournalError> {
        if self.held.contains_key(&run) {
            return Ok(Ok(()));
        }
        let taking = |error| self.failures.io("take the lease beside", error);
        fs::create_dir_all(&self.folder).map_err(taking)?;
        match FileLock::try_take(&self.path(run), &self.holder).map_err(taking)? {
            Ok(lock) => {
                self.held.insert(run, lock);
                Ok(Ok(()))
            }
            Err(holder) => Ok(Err(holder)),
        }
    }

    fn free(&mut self, run: RunId) {
        self.held.remove(&run);
    }
}

// === impl FileLock ===

impl FileLock {
    /// Locks the file at `path` without waiting. `Ok(Err(holder))`: somebody else has it.
    pub fn try_take(path: &Path, holder: &LeaseHolder) -> io::Result<Result<FileLock, LeaseHolder>> {
        let mut looks = 0;
        loop {
            let mut file =
                OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(Errno::WOULDBLOCK) => {
                    looks += 1;
                    match read_holder(&mut file)? {
                        Some(other) if looks >= LOOKS => return Ok(Err(other)),
                        _ => std::thread::sleep(Duration::from_millis(1)),
                    }
                    continue;
                }
                Err(errno) => return Err(errno.into()),
            }
            // The holder before us removed its file when it let go: only the file that has the name counts.
            if !is_the_file_at(&file, path)? {
                continue;
            }
            sign(&mut file, holder)?;
            return Ok(Ok(FileLock { path: path.to_owned(), file }));
        }
    }

    /// Who holds the lock at `path` now; `None` if nobody.
    pub fn holder(path: &Path) -> io::Result<Option<LeaseHolder>> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match flock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => Ok(None),
            Err(Errno::WOULDBLOCK) => read_holder(&mut file),
            Err(errno) => Err(errno.into()),
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Removed while still locked, so that nobody can lock a file that is about to vanish and think it theirs
        // (`try_take` looks again). A file that stays behind is unlocked all the same.
        let _ = fs::remove_file(&self.path);
        let _ = flock(&self.file, FlockOperation::Unlock);
    }
}

fn is_the_file_at(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?;
    match fs::metadata(path) {
        Ok(there) => Ok(there.ino() == ours.ino() && there.dev() == ours.dev()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn sign(file: &mut File, holder: &LeaseHolder) -> io::Result<()> {
    let text = serde_json::to_vec(holder).map_err(io::Error::other)?;
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&text)
}

fn read_holder(file: &mut File) -> io::Result<Option<LeaseHolder>> {
    let mut text = String::new();
    file.rewind()?;
    file.read_to_string(&mut text)?;
    Ok(serde_json::from_str(&text).ok())
}
