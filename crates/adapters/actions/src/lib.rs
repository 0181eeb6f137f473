//! What a step can do to the world by itself, one file each. This list is the list of what can hurt production; shell acts are
//! the keeper's.
//!
//! The caller does: decide when, resolve secrets, journal the intent before and the outcome after.
//! This crate does: carry the act out, with a time limit and a stable key by which a receiver recognises a repetition.

pub mod assets;
mod causes;
pub mod flow;
pub mod notify;
pub mod promql;
pub mod target;
pub mod warm;
