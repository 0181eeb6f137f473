//! Backups, decided: what one is, what is kept, what a point in time needs, whether a restored one equals what was recorded.
//!
//! The caller does: run the engines' tools, move bytes, keep the storage, tell the time.
//! This crate does: the manifest of a backup and its seal ([`Manifest`], [`seal()`], [`unseal`]), which backups to keep ([`retain`]), which one to restore
//! ([`newest_verified`], [`for_instant`]), whether write-ahead log is missing ([`wal`]), what differs after a restore ([`compare`]), and how restores
//! compare with what was promised ([`Objectives`]).

mod catalogue;
mod compare;
mod id;
mod manifest;
mod objectives;
mod policy;
mod retention;
mod seal;
mod verification;
pub mod wal;

pub use catalogue::{Entry, Overdue, Way, for_instant, newest, newest_verified, overdue};
pub use compare::{Difference, compare};
pub use id::{BackupId, NoBackupId};
pub use manifest::{Chunk, Compression, Content, Engine, Kind, Manifest, Position};
pub use objectives::{Measured, Objectives};
pub use policy::{Every, Keep, Policy, Query};
pub use retention::{Retained, retain};
pub use seal::{Tampered, seal, unseal, unseal_record};
pub use verification::{Answer, Verification};
