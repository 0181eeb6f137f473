//! How much rot `callsheet check --probe` finds, and how much it makes up.
//!
//! The caller does: choose seeds.
//! This crate does: make a healthy repository with a runbook of a hundred steps, let one thing in it rot, run the real
//! program, and compare the new findings with the lines that rot.
//!
//! The list of what can rot was written before the prober was; nothing in here knows how the prober looks.

mod pier;
mod rots;
mod score;
mod server;

pub use pier::Pier;
pub use rots::{Decay, ROTS, Rot};
pub use score::{Outcome, Score, baseline, measure, try_seed};
