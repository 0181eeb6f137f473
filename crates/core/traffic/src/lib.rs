//! How requests are shared between two releases, and what is counted about them, as arithmetic.
//!
//! The caller does: carry requests, read clocks, remember a session's ticket in a cookie.
//! This crate does: say which release and which cell a ticket belongs to at a weight, and add up one time slice's outcomes.

mod cells;
mod slice;
mod ticket;
mod weight;

pub use cells::{Cells, Side};
pub use slice::{Outcome, Slice, Tally};
pub use ticket::Ticket;
pub use weight::{Weight, WeightError};
