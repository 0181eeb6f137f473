//! The run as a pure machine: apply an event, decide what is next.
//!
//! The caller does: keep the clock, append events to the journal, perform effects, judge nothing.
//! This crate does: say what an event makes of a run (`Run::apply`), what is to be recorded and performed next (`advance`), what a
//! person's command means (`handle`), and, after a crash, what must be asked of the world (`outstanding`, `reconcile`).
//!
//! The rule that keeps a run true: **record, then act**. `advance` hands out events and effects; the caller commits the events
//! first and performs the effects only after that. A commit that fails ends the process; replay brings the same run back.

mod claim;
mod command;
mod effect;
mod event;
mod outcome;
mod run;
mod state;

pub use claim::Claim;
pub use command::Command;
pub use effect::{Decision, Effect};
pub use event::{Adopted, Asking, Cause, Created, Event, RunResult, Settlement, SkipReason, TimerFor};
pub use outcome::{Evidence, Exit, Judged, Outcome, Verdict};
pub use run::{Phase, Run};
pub use state::{PauseReason, StepState};
