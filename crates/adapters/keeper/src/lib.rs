//! The process that outlives us: starts steps, redacts and stores their output, records their end.
//!
//! One keeper serves one run; it is the same program as Callsheet, started as `callsheet keeper --dir RUN_DIR`. It claims an
//! attempt before it executes it and records its end before it tells it, so that whoever dies, the truth can be found.
//!
//! The caller does: journal the intent, then [`Request::Start`]; after a crash [`recover`] before anything else.
//! This crate does: both sides of the conversation ([`Launcher`] and [`Connection`]), and the keeper itself.

mod blobs;
mod bytes;
mod capture;
mod claim;
mod client;
mod disk;
mod error;
mod frame;
mod keeper;
mod key;
mod log;
mod outcome;
mod protocol;
mod recover;
mod run_dir;
mod shell;
mod snapshot;

pub use blobs::Blobs;
pub use bytes::Bytes;
pub use callsheet_processes::current_boot;
pub use callsheet_redact as redact;
pub use claim::Claim;
pub use client::{Connection, Launcher, Receiver, Sender};
pub use error::KeeperError;
pub use keeper::main as keeper_main;
pub use key::StateKey;
pub use outcome::{Captured, End, Ended, FileKept, Kept, LeftFile, Leftover, Preview, StateOutcome};
pub use protocol::{
    ClaimState, Containment, DEFAULT_OUTPUT_LIMIT, Message, Mode, NamedSecret, PROTOCOL, Refusal, Request, Running,
    SaveState, SnapshotId, StartStep, Status, Stream, WindowSize, default_shell,
};
pub use recover::{Fate, Recovery, recover, recover_within};
pub use run_dir::RunDir;
