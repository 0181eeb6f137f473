//! One backup of a database at a time on this machine. The engines that have locks of their own keep other machines out, too.

use std::fs::{self, File};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::BackupError;

/// Held until it is dropped, or its process ends.
pub(crate) struct Lock(#[expect(dead_code, reason = "the lock ends when the file is closed")] File);

pub(crate) fn lock(folder: &Path, database: &str) -> Result<Lock, BackupError> {
    let failed = || BackupError::file(format!("cannot use the lock in `{}`", folder.display()));
    fs::create_dir_all(folder).map_err(failed())?;
    let file = File::create(folder.join(format!("{database}.lock"))).map_err(failed())?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Lock(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => {
            Err(BackupError::Locked(format!("another command works on the backups of `{database}`")))
        }
        Err(error) => Err(failed()(error.into())),
    }
}
