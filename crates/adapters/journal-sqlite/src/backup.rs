//! Backup of a state folder while it is in use, and restore into a new one.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callsheet_journal::JournalError;
use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::blobs::BlobFolder;
use crate::failure::Failures;
use crate::store::{JOURNAL_FILE, Settings, SqliteJournal};

/// What a backup or restore copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupReport {
    /// Size of the journal's copy, bytes.
    pub journal_bytes: u64,
    /// Blob files in it.
    pub blobs: u64,
}

/// Why a backup or restore was not made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The journal could not be copied.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The target is in use.
    #[error("{0} holds a journal already; give a folder that has none")]
    TargetTaken(PathBuf),
    /// A file could not be copied.
    #[error("cannot copy {path}")]
    Copy {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

impl SqliteJournal {
    /// Copies journal and blobs into `target`, consistent as of the moment it ends, while others go on writing. Records never
    /// name a blob that is not there: blobs are copied after the journal, and are written before it names them.
    pub fn backup(&self, target: &Path) -> Result<BackupReport, BackupError> {
        copy_state(&self.connection, &self.blobs, target)
    }
}

/// Makes a state folder at `target` from a backup. The backup is opened as a journal first, so one that is damaged or newer is
/// refused before anything is written.
pub fn restore(backup: &Path, target: &Path) -> Result<BackupReport, BackupError> {
    let file = backup.join(JOURNAL_FILE);
    if !file.is_file() {
        let source = io::Error::from(io::ErrorKind::NotFound);
        return Err(BackupError::Copy { path: file, source });
    }
    let journal = SqliteJournal::open(backup, Settings::default())?;
    journal.backup(target)
}

fn copy_state(from: &Connection, blobs: &BlobFolder, target: &Path) -> Result<BackupReport, BackupError> {
    let file = target.join(JOURNAL_FILE);
    if file.exists() {
        return Err(BackupError::TargetTaken(target.to_owned()));
    }
    let copying = |source| BackupError::Copy { path: target.to_owned(), source };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(target).map_err(copying)?;
    // Written under another name first: a half-made copy is never taken for a journal.
    let unfinished = target.join("journal.db.unfinished");
    let journal_bytes = copy_journal(from, &unfinished)?;
    let blobs = copy_blobs(blobs, &target.join("blobs"))?;
    fs::rename(&unfinished, &file).map_err(copying)?;
    File::open(target).and_then(|folder| folder.sync_all()).map_err(copying)?;
    Ok(BackupReport { journal_bytes, blobs })
}

fn copy_journal(from: &Connection, to: &Path) -> Result<u64, BackupError> {
    let failures = Failures::new(to);
    let failed = |error| failures.of("copy to", error);
    let mut copy = Connection::open(to).map_err(failed)?;
    Backup::new(from, &mut copy)
        .and_then(|backup| backup.run_to_completion(1000, Duration::from_millis(1), None))
        .map_err(failed)?;
    copy.pragma_update(None, "journal_mode", "delete").map_err(failed)?;
    let intact: String = copy.pragma_query_value(None, "quick_check", |row| row.get(0)).map_err(failed)?;
    if intact != "ok" {
        return Err(failures.damaged(&intact).into());
    }
    drop(copy);
    let copying = |source| BackupError::Copy { path: to.to_owned(), source };
    let file = File::open(to).map_err(copying)?;
    file.sync_all().map_err(copying)?;
    Ok(file.metadata().map_err(copying)?.len())
}

fn copy_blobs(blobs: &BlobFolder, to: &Path) -> Result<u64, BackupError> {
    let mut count = 0;
    let copying = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::Copy { path, source }
    };
    let copies = BlobFolder::new(to);
    for (digest, _) in blobs.list().map_err(copying(to))? {
        let from = blobs.path(digest);
        let target = copies.path(digest);
        let folder = target.parent().unwrap_or(to);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(copying(folder))?;
        match fs::copy(&from, &target) {
            Ok(_) => File::open(&target).and_then(|file| file.sync_all()).map_err(copying(&target))?,
            // Purged since it was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(copying(&from)(error)),
        }
        count += 1;
    }
    Ok(count)
}
