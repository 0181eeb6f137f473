//! Turns what SQLite says into what the journal promises to say.

use std::io;
use std::path::{Path, PathBuf};

use callsheet_journal::JournalError;
use rusqlite::ErrorCode;

/// Makes errors that name the journal's place.
#[derive(Clone, Debug)]
pub(crate) struct Failures {
    place: PathBuf,
    /// How long SQLite waits for another writer before it gives up, ms.
    pub(crate) wait_ms: u64,
}

impl Failures {
    pub(crate) fn new(place: &Path) -> Failures {
        Failures { place: place.to_owned(), wait_ms: 0 }
    }

    pub(crate) fn place(&self) -> String {
        self.place.display().to_string()
    }

    /// `operation` is a verb phrase that "the journal at …" can follow.
    pub(crate) fn of(&self, operation: &'static str, error: rusqlite::Error) -> JournalError {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => JournalError::Full { place: self.place() },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                JournalError::Busy { place: self.place(), waited_ms: self.wait_ms }
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => self.damaged(&error.to_string()),
            // A quota, or no room for the shared index, comes as a plain I/O error: see whether a byte can be written at all.
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) if self.no_room() => {
                JournalError::Full { place: self.place() }
            }
            _ => JournalError::Failed { operation, place: self.place(), source: Box::new(error) },
        }
    }

    pub(crate) fn io(&self, operation: &'static str, error: io::Error) -> JournalError {
        if is_full(&error) {
            return JournalError::Full { place: self.place() };
        }
        JournalError::Failed { operation, place: self.place(), source: Box::new(error) }
    }

    pub(crate) fn damaged(&self, what: &str) -> JournalError {
        JournalError::Damaged { place: self.place(), what: what.to_owned() }
    }

    fn no_room(&self) -> bool {
        let Some(folder) = self.place.parent() else { return false };
        let probe = folder.join(format!(".room-{}", std::process::id()));
        let written = std::fs::write(&probe, [0u8; 8192]);
        // The probe may not exist; nothing depends on it being gone.
        let _ = std::fs::remove_file(&probe);
        written.is_err_and(|error| is_full(&error))
    }
}

pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
