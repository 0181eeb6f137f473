//! The words every other crate speaks: typed ids, UTC instants, durations, digests and secrets.
//!
//! The caller does: read clocks, draw randomness, hash files.
//! This crate does: give each kind of value its own type, with one way to write it and one way to read it back.

mod digest;
mod duration;
mod ids;
mod secret;

pub use digest::Digest;
pub use duration::{Duration, DurationError};
pub use ids::{BootId, IdError, RunId, StepId};
pub use jiff::Timestamp;
pub use secret::Secret;
