//! What can go wrong with a backup, by who must act.

use std::io;

use callsheet_backups::{BackupId, Tampered};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// An address that names no database.
    #[error("{0}")]
    Address(String),
    /// A program that is needed is not on this machine.
    #[error("`{tool}` is not installed")]
    Missing {
        /// The program.
        tool: String,
        /// Debian's package of it.
        package: &'static str,
    },
    /// A program failed; its last words.
    #[error("`{tool}` failed")]
    Tool {
        /// The program.
        tool: String,
        /// What it said last.
        #[source]
        cause: Said,
    },
    /// The storage refused.
    #[error("{what}")]
    Storage {
        /// What was being done.
        what: String,
        /// Its own words.
        #[source]
        cause: Box<object_store::Error>,
    },
    /// A file of this machine.
    #[error("{what}")]
    File {
        /// What was being done.
        what: String,
        /// The system's words.
        #[source]
        cause: io::Error,
    },
    /// SQLite refused.
    #[error("{what}")]
    Sqlite {
        /// What was being done.
        what: String,
        /// Its own words.
        #[source]
        cause: rusqlite::Error,
    },
    /// A stored piece is not what was stored.
    #[error("backup {backup} is damaged: {what}")]
    Damaged {
        /// Which backup, or which segment of the log.
        backup: String,
        /// What is wrong with it.
        what: String,
    },
    /// The manifest is not believed.
    #[error("the manifest of {backup} is not believed")]
    Tampered {
        /// Whose.
        backup: BackupId,
        /// Why.
        #[source]
        why: Tampered,
    },
    /// No key that is at hand opens it.
    #[error("none of the identities at hand can decrypt {0}")]
    WrongKey(String),
    /// It is encrypted, and no key is at hand.
    #[error("{0} is encrypted, and no identity is at hand")]
    NoKey(String),
    /// A key or recipient that cannot be read.
    #[error("{0}")]
    Key(String),
    /// Somebody else is at it.
    #[error("{0}")]
    Locked(String),
    /// The folder that backups lie in is not there.
    #[error("the folder `{0}` is not there")]
    NoFolder(String),
    /// There is no such backup.
    #[error("there is no backup {0}")]
    NotThere(String),
    /// A database whose definitions cannot be rolled back was emptied, or half loaded, and then something failed.
    #[error("the restore stopped half way: the database is emptied or half loaded")]
    HalfWay(#[source] Box<BackupError>),
    /// It cannot be done this way.
    #[error("{0}")]
    Refused(String),
    /// The log has a gap.
    #[error("the archived log has a gap: {} missing, first {}", .missing.len(), .missing.first().map_or("none", String::as_str))]
    Gap {
        /// The missing segments.
        missing: Vec<String>,
    },
    /// What was restored is not what was recorded, so it was not kept.
    #[error("what was restored is not what was recorded, so nothing was changed: {0}")]
    Differs(String),
}

/// A program's last words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Said(pub String);

impl BackupError {
    pub(crate) fn file(what: impl Into<String>) -> impl FnOnce(io::Error) -> BackupError {
        let what = what.into();
        move |cause| BackupError::of(what, cause)
    }

    /// An error on the way of the bytes: what lies beneath, if it is one of ours.
    fn of(what: String, cause: io::Error) -> BackupError {
        if cause.get_ref().is_some_and(|inner| inner.is::<BackupError>()) {
            let inner = cause.into_inner().and_then(|inner| inner.downcast::<BackupError>().ok());
            return inner.map_or(BackupError::Refused(what), |inner| *inner);
        }
        BackupError::File { what, cause }
    }

    pub(crate) fn sqlite(what: impl Into<String>) -> impl FnOnce(rusqlite::Error) -> BackupError {
        let what = what.into();
        move |cause| BackupError::Sqlite { what, cause }
    }

    /// Whether the backup itself is bad, rather than the way to it.
    pub fn is_damage(&self) -> bool {
        matches!(
            self,
            BackupError::Damaged { .. }
                | BackupError::Tampered { .. }
                | BackupError::WrongKey(_)
                | BackupError::Gap { .. }
        )
    }
}

impl From<BackupError> for io::Error {
    fn from(error: BackupError) -> io::Error {
        io::Error::other(error)
    }
}
