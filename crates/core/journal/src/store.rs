//! What a journal store promises. One contract suite (`crates/test/contract`) holds every implementation to it.

use callsheet_base::{BootId, Digest, RunId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::record::{Draft, Head, Record};

/// Why a store could not do as told. Whose fault and whether a retry may help are methods, not guesses.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The run's head moved since the caller read it: another writer decided meanwhile. Nothing was appended.
    #[error("run {run:?} is at record {actual}, not {expected}: another process has written meanwhile")]
    HeadMoved {
        /// The run.
        run: RunId,
        /// What the caller believed.
        expected: u64,
        /// What the store holds.
        actual: u64,
    },
    /// The disk or quota is full. Nothing was appended; what was there is intact.
    #[error("no space left for the journal at {place}")]
    Full {
        /// The store's place, for the person.
        place: String,
    },
    /// Another process writes and did not finish in time.
    #[error("the journal at {place} is busy: another process has been writing for {waited_ms} ms")]
    Busy {
        /// The store's place.
        place: String,
        /// How long we waited, ms.
        waited_ms: u64,
    },
    /// What is stored cannot be read as a journal.
    #[error("the journal at {place} is damaged: {what}")]
    Damaged {
        /// The store's place.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// The store was made by a newer version.
    #[error("the journal at {place} has format {found}; this version reads up to {known}")]
    TooNew {
        /// The store's place.
        place: String,
        /// Its format.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// Anything else the store's own library says.
    #[error("cannot {operation} the journal at {place}")]
    Failed {
        /// Verb phrase: `open`, `append to`, `read`.
        operation: &'static str,
        /// The store's place.
        place: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The lock on one service in one environment. Belongs to the run, not to the process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeLock {
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// The run that holds it.
    pub run: RunId,
    /// Since when.
    pub since: Timestamp,
    /// Who started that run, for the person who finds it locked.
    pub holder: String,
    /// `observing` locks give way to a newer run.
    pub observing: bool,
}

/// What is known of a run without replaying it. Kept by the store, written with the records it summarises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    /// The run.
    pub run: RunId,
    /// `file#procedure`.
    pub procedure: String,
    /// The service, or empty.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// Who started it.
    pub actor: String,
    /// When it was created.
    pub created: Timestamp,
    /// When the last record was made. Stores read it from that record, so no commit has to write it.
    pub updated: Timestamp,
    /// The engine's word for its phase (`running`, `waiting`, `in-doubt`, `done`, …).
    pub phase: String,
    /// Whether the phase is terminal.
    pub ended: bool,
}

/// One atomic, durable write: drafts for any number of runs, with what must change in the same instant.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    /// Per run: the head the caller decided on, and what follows it. Appended only if the head still is the store's.
    pub appends: Vec<(Head, Vec<Draft>)>,
    /// New or changed summaries.
    pub summaries: Vec<RunSummary>,
    /// Locks to take. One that is held by another live run fails the whole transaction with `LockHeld` among the results.
    pub take_locks: Vec<ChangeLock>,
    /// Locks to free, if the run still holds them.
    pub free_locks: Vec<RunId>,
    /// Blobs that the drafts name and that are small enough to live in the store: digest → bytes.
    pub blobs: Vec<(Digest, Vec<u8>)>,
}

/// A durable, append-only journal of many runs.
pub trait Journal {
    /// Commits everything or nothing. When it returns `Ok`, the records survive kill -9 and power loss. `Ok(Err(lock))` tells that a
    /// wanted lock is held: then nothing was written. Returns the new heads in the order of `appends`. Locks are freed before
    /// others are taken; a lock that is observing, or whose run has ended, gives way.
    fn commit(&mut self, transaction: Transaction) -> Result<Result<Vec<Head>, ChangeLock>, JournalError>;

    /// Records of `run` after `after` (0: all), in order, at most `limit`.
    fn read(&self, run: RunId, after: u64, limit: usize) -> Result<Vec<Record>, JournalError>;

    /// Head of `run`; `Head::start` if it has no record.
    fn head(&self, run: RunId) -> Result<Head, JournalError>;

    /// Summaries, newest first, at most `limit`; only those not ended if `open_only`.
    fn runs(&self, open_only: bool, limit: usize) -> Result<Vec<RunSummary>, JournalError>;

    /// All change locks held.
    fn locks(&self) -> Result<Vec<ChangeLock>, JournalError>;

    /// A stored blob; `None` if there is none of that digest, or it was purged.
    fn blob(&self, digest: Digest) -> Result<Option<Vec<u8>>, JournalError>;
}

/// Who holds a run's executor lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseHolder {
    /// Process id on its machine.
    pub pid: u32,
    /// Its machine's boot.
    pub boot: BootId,
    /// What it is: `run`, `serve`, `resume`.
    pub role: String,
}

/// The executor lease of runs: says which process decides. At most one holder per run at any instant; ends with its holder.
pub trait Lease {
    /// Takes the lease of `run` without waiting. `Ok(Err(holder))`: somebody has it.
    fn try_take(&mut self, run: RunId) -> Result<Result<(), LeaseHolder>, JournalError>;

    /// Frees it. Freeing what is not held is nothing.
    fn free(&mut self, run: RunId);
}
