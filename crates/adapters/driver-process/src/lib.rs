//! Runs instances as processes of this machine, each under a supervisor of its own that outlives us.
//!
//! A supervisor is a small process of one thread in its own session: the same program as Callsheet, started as
//! `callsheet supervise --dir FOLDER`. It alone starts its instance, checks it, starts it again and ends it, and it writes what it
//! sees into `status.json`. So killing Callsheet touches no instance, and the next one finds all of them in the folder.
//!
//! The caller does: choose names that were never used, say what to run, look again and again.
//! This crate does: both sides, [`ProcessDriver`] and the supervisor ([`supervisor_main`]).
//!
//! ```text
//! FOLDER/instances/ID/spec.json     what to run; names of secrets, never their values
//!                     status.json   what the supervisor saw last, replaced whole
//!                     alive         locked by the supervisor for life
//!                     log           both streams, written by the instance itself
//! FOLDER/ended/ID/                  the same of instances that ended, the latest hundred
//! ```

mod driver;
mod environment;
mod folder;
mod launch;
mod log;
mod look;
mod status;
mod supervisor;

pub use driver::{ProcessDriver, SUPERVISE};
pub use supervisor::main as supervisor_main;
