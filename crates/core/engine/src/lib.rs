//! The run as a pure machine: apply an event, decide what is next.
//!
//! The caller does: keep the clock, append events to the journal, perform effects, judge nothing.
//! This crate does: say what an event makes of a run (`Run::apply`), what is to be recorded and performed next (`advance`), what a
//! person's command means (`handle`), and, after a crash, what must be asked of the world (`outstanding`, `Answer`).
//!
//! The rule that keeps a run true: **record, then act**. `advance` hands out events and effects; the caller commits the events
//! first and performs the effects only after that. A commit that fails ends the process; replay brings the same run back.

mod advance;
pub mod change_record;
mod claim;
mod command;
mod decide;
mod effect;
mod event;
pub mod expectations;
mod handle;
mod hooks;
mod illegal;
mod machine;
mod outcome;
mod progress;
mod recover;
mod rollouts;
mod run;
mod run_result;
mod state;
mod step_machine;
mod success;
mod summary;
mod waiting;

pub use advance::{advance, report, submit};
pub use change_record::{ChangeRecord, RolloutRecord, RolloutSaid};
pub use claim::Claim;
pub use command::Command;
pub use decide::decide;
pub use effect::{Decision, Effect};
pub use event::{Adopted, Asking, Cause, Created, Event, Settlement, SkipReason, TimerFor};
pub use handle::{CommandRefused, handle};
pub use hooks::Lane;
pub use illegal::IllegalEvent;
pub use outcome::{Evidence, EvidenceFile, Exit, Judged, Outcome, Verdict};
pub use recover::{Answer, ReplayError, outstanding};
pub use run::{Phase, Run, RunRollout};
pub use run_result::RunResult;
pub use state::{PauseReason, StepState};
pub use waiting::{Waiting, WaitingFor};
