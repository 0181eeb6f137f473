//! One step of a plan.

use callsheet_base::{Duration, StepId};
use callsheet_runbook::{Danger, Inferred, StepKind};
use serde::{Deserialize, Serialize};

use crate::{Gate, PlannedAct, StepIndex};

/// One step: its gates are settled in order, then its acts are done in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// Unique in the plan; a rollback's steps are `slug/id`.
    pub id: StepId,
    /// The words that introduce it.
    pub title: String,
    /// 1-based line in the runbook.
    pub line: u32,
    /// What kind of step.
    pub kind: StepKind,
    /// What must be settled before the first act.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
    /// What is done. Empty: nothing; the step is done as soon as its gates are.
    pub acts: Vec<PlannedAct>,
    /// Commands kept ready for a person; never run by themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standby: Vec<Standby>,
    /// Neighbours of the same group run together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel: Option<String>,
    /// A shell act's process group is ended after this. `None`: it may take for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// How often and when an act that failed is tried again.
    pub retry: Retry,
    /// What follows when nobody knows how an act ended.
    pub in_doubt: InDoubt,
    /// What follows when an act fails for good.
    pub on_failure: OnFailure,
    /// The step that undoes this one when the run rolls back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<StepIndex>,
    /// Needs a terminal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interactive: bool,
    /// Part of undoing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rollback: bool,
    /// Why it is dangerous.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub danger: Vec<Danger>,
    /// What the reader or the planner concluded by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inferred: Vec<Inferred>,
}

/// A command kept ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standby {
    /// 1-based line in the runbook.
    pub line: u32,
    /// The command as it would be typed.
    pub command: String,
}

/// How often a failed act is tried again. The pause doubles each time, with a jitter of up to a quarter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// Tries after the first, 0 for none.
    pub again: u32,
    /// Before the first retry.
    pub backoff: Duration,
    /// The longest pause.
    pub most: Duration,
}

/// What follows when nobody knows how an act ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InDoubt {
    /// It runs again: a check, an idempotent step, a message with a stable key.
    Again,
    /// A person says what happened.
    Person,
}

/// What follows when an act fails for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// The run ends as failed.
    Stop,
    /// A person decides: retry, skip, done, rollback, cancel.
    Pause,
    /// The rollback procedure of this slug begins.
    Rollback(String),
    /// The finished steps that name an `undo` are undone, last first.
    Undo,
    /// The run goes on: a later step's `when` asks for the failure.
    GoOn,
}
