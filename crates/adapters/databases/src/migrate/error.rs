//! Why a migration stopped.

use callsheet_migrations::{Finding, Revision};

/// Why a migration stopped. Texts never hold the address's credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MigrateError {
    /// No connection.
    #[error("cannot connect to {place}: {cause}")]
    Connect {
        /// Engine and host.
        place: String,
        /// Why.
        cause: String,
    },
    /// The connection ended on the way; what was committed is in the history.
    #[error("the connection to {place} ended: {cause}")]
    Lost {
        /// Engine and host.
        place: String,
        /// Why.
        cause: String,
    },
    /// The database refused one of Callsheet's own statements.
    #[error("{place} refused to {what}: {cause}")]
    Refused {
        /// Engine and host.
        place: String,
        /// What was to be done.
        what: &'static str,
        /// In the database's words.
        cause: String,
    },
    /// Another migration holds the lock.
    #[error("another migration is under way at {place}{holder}")]
    Locked {
        /// Engine and host.
        place: String,
        /// ` (process 17, `callsheet migrate`, since …)`, if it is known.
        holder: String,
    },
    /// What is applied is not what it was when this was decided.
    #[error("what is applied has changed meanwhile")]
    Changed,
    /// A lock on a table was not to be had in time.
    #[error("revision {revision} waited for a lock that others did not give up: {cause}")]
    Busy {
        /// The revision.
        revision: Revision,
        /// The file.
        file: String,
        /// The line of the statement that waited.
        line: u32,
        /// In the database's words.
        cause: String,
        /// Statements that are done.
        done: usize,
    },
    /// The database refused a statement of a migration.
    #[error("revision {revision} was refused: {cause}")]
    Statement {
        /// The revision.
        revision: Revision,
        /// The file.
        file: String,
        /// The line in it.
        line: u32,
        /// The statement's text.
        statement: String,
        /// In the database's words.
        cause: String,
        /// Statements that are done and stay.
        done: usize,
        /// Statements of the script.
        of: usize,
    },
    /// Nobody knows whether a statement happened.
    #[error("nobody knows whether a statement of revision {revision} happened")]
    InDoubt {
        /// The revision.
        revision: Revision,
        /// The file.
        file: String,
        /// The line in it.
        line: u32,
        /// The statement's text.
        statement: String,
    },
    /// The decision was to do nothing.
    #[error("{} in the way", if .0.len() == 1 { "one thing stands".to_owned() } else { format!("{} things stand", .0.len()) })]
    NotDecided(Vec<Finding>),
    /// Another tool's history is there and none of ours.
    #[error("{0} keeps the history of this database")]
    Foreign(&'static str),
}
