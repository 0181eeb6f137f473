//! What tests build on: a simulated clock, a journal and leases in memory with faults on order, plans built by hand.
//!
//! The parts are real implementations of the core's traits, held to the same contract suites as the ones on disk.

mod clock;
mod memory_journal;
mod memory_lease;
mod plans;
mod release_world;

pub use clock::SimClock;
pub use memory_journal::{Fault, MemoryJournal};
pub use memory_lease::MemoryLeases;
pub use plans::{PlanBuilder, StepBuilder, created, long_plan, person};
pub use release_world::{Behaviour, ReleaseWorld};
