//! The journal in one SQLite file, with the leases, blobs and checkpoints that live beside it in the state folder.
//!
//! The caller does: decide what to append and which process may decide.
//! This crate does: make each transaction durable before it returns, keep the chain, and say plainly when the disk is full.
//!
//! A state folder holds `journal.db` (SQLite in WAL mode), `blobs/` (large outputs, one file per digest),
//! `leases/` (one kernel-locked file per run being decided) and `reserve` (room for [`SqliteJournal::prune`] on a full disk).

mod backup;
mod blobs;
mod commit;
mod failure;
mod heads;
mod lease;
mod read;
mod reserve;
mod retention;
mod schema;
mod store;

pub use backup::{BackupError, BackupReport, restore};
pub use blobs::BlobFolder;
pub use heads::{Checkpoint, HeadFault};
pub use lease::{FileLeases, FileLock};
pub use retention::{Pruned, RetentionError};
pub use schema::FORMAT;
pub use store::{JOURNAL_FILE, Settings, SqliteJournal};
