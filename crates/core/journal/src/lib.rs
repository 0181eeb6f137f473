//! The journal's record envelope, its hash chain, and the traits of a store.
//!
//! The caller does: make event bodies, decide when to append.
//! This crate does: seal bodies into chained records, prove a chain, and say what a store promises.

mod record;
mod store;

pub use record::{ChainFault, Draft, Head, Record, prove_chain, seal};
pub use store::{ChangeLock, Journal, JournalError, Lease, LeaseHolder, RunSummary, Transaction};
