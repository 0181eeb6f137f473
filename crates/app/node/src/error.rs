//! What ends the loop, and what stops a run from being started or taken over.

use callsheet_base::{Digest, RunId};
use callsheet_engine::{IllegalEvent, ReplayError};
use callsheet_journal::{ChangeLock, JournalError, LeaseHolder};

/// Why the loop ended. Whatever was acknowledged is in the journal; a new process goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// A commit or a read failed. Nothing that depends on it was done.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The run cannot be read back from its journal.
    #[error("run {run:?} cannot be read back")]
    Replay {
        /// The run.
        run: RunId,
        /// Why.
        #[source]
        source: ReplayError,
    },
    /// A blob that a run needs is not there, or is not what its name says.
    #[error("run {run:?} needs {what} {digest:?}, which is missing or damaged")]
    Blob {
        /// The run.
        run: RunId,
        /// `the plan`.
        what: &'static str,
        /// Its name.
        digest: Digest,
    },
    /// The stored plan cannot be read.
    #[error("the plan of run {run:?} cannot be read")]
    Plan {
        /// The run.
        run: RunId,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The engine decided what its own state has no place for: our fault.
    #[error("run {run:?} decided what cannot be")]
    Illegal {
        /// The run.
        run: RunId,
        /// What.
        #[source]
        source: IllegalEvent,
    },
    /// A lock that a run here held is another run's: somebody wrote into the journal past its lease.
    #[error("the lock on {} in {} was taken by run {} meanwhile", lock.service, lock.environment, lock.run.short())]
    LockLost {
        /// The lock as it is.
        lock: ChangeLock,
    },
    /// A file or socket of the state folder.
    #[error("cannot {action} {path}")]
    File {
        /// Verb phrase.
        action: &'static str,
        /// The file.
        path: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
}

/// Why a run is not executed here.
#[derive(Debug, thiserror::Error)]
pub enum AdmitError {
    /// Another run holds the service.
    #[error(
        "{} in {} is locked by run {} ({}, since {})", lock.service, lock.environment, lock.run.short(), lock.holder, lock.since
    )]
    Locked {
        /// By which lock.
        lock: ChangeLock,
    },
    /// Another process executes the run.
    #[error("run {} is executed by process {} ({})", run.short(), holder.pid, holder.role)]
    Held {
        /// The run.
        run: RunId,
        /// Who.
        holder: LeaseHolder,
    },
    /// A run with this id was created before.
    #[error("run {} exists already", run.short())]
    Exists {
        /// The run.
        run: RunId,
    },
    /// No such run.
    #[error("there is no run {run}")]
    NoRun {
        /// What was asked for.
        run: RunId,
    },
    /// What became of its running acts cannot be found out now.
    #[error("run {} cannot be taken over now: {why}", run.short())]
    FateUnknown {
        /// The run.
        run: RunId,
        /// Why.
        why: String,
    },
    /// The node itself failed.
    #[error(transparent)]
    Node(#[from] NodeError),
}

impl From<JournalError> for AdmitError {
    fn from(error: JournalError) -> AdmitError {
        AdmitError::Node(error.into())
    }
}
