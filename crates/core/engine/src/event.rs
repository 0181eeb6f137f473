//! What is journaled. Tags and fields never change their meaning; new fields have defaults, unknown ones are ignored.

use callsheet_access::Actor;
use callsheet_base::{BootId, Digest, RunId, Timestamp};
use callsheet_plan::StepIndex;
use callsheet_rollout as rollout;
use serde::{Deserialize, Serialize};

use crate::{Claim, Outcome, RunResult};

/// One thing that happened to a run. JSON: `{"intended":{"claim":{"step":0,"act":0,"attempt":1}}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The first record of every run.
    Created(Created),
    /// A process took the run over: at its start, and again after each crash or hand-over.
    Adopted(Adopted),
    /// The target guard was asked to look.
    TargetAsked {},
    /// The machine is the one that the environment names.
    TargetVerified {
        /// What was found, one line each.
        found: Vec<String>,
    },
    /// It is another: the run ends before its first step.
    TargetRefused {
        /// What differs.
        why: String,
    },
    /// A person is asked.
    Asked {
        /// About this step.
        step: StepIndex,
        /// What.
        asking: Asking,
        /// When the question lapses and counts as denied.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<Timestamp>,
    },
    /// One approval; the gate opens with the last one needed.
    Approved {
        /// The step.
        step: StepIndex,
        /// Who.
        actor: Actor,
        /// Their words.
        note: String,
    },
    /// A gate is closed for good: the run ends as denied.
    Denied {
        /// The step.
        step: StepIndex,
        /// Who.
        actor: Actor,
        /// Their words.
        note: String,
    },
    /// Nobody answered in time: as denied.
    Expired {
        /// The step.
        step: StepIndex,
    },
    /// A person confirmed what was asked: a danger, a plain confirmation, their own act, a judgement, or that an optional step is to be done.
    Confirmed {
        /// The step.
        step: StepIndex,
        /// Who.
        actor: Actor,
        /// Their words.
        note: String,
    },
    /// A person says that it did not work, or that what was to be seen is not: the step fails.
    Disproved {
        /// The step.
        step: StepIndex,
        /// Who.
        actor: Actor,
        /// Their words.
        note: String,
    },
    /// An alternative or an option was chosen.
    Chosen {
        /// The step that asked.
        step: StepIndex,
        /// The label.
        label: String,
        /// Who.
        actor: Actor,
        /// Their words.
        note: String,
    },
    /// A step is left out.
    Skipped {
        /// The step.
        step: StepIndex,
        /// Why.
        why: SkipReason,
    },
    /// An act is about to start. Nothing starts before this is durable.
    Intended {
        /// The attempt.
        claim: Claim,
    },
    /// An intended act did not start and never will under this claim.
    Withdrawn {
        /// The attempt.
        claim: Claim,
        /// Why.
        why: String,
    },
    /// An intended act ended.
    Ended {
        /// The attempt.
        claim: Claim,
        /// How.
        outcome: Outcome,
    },
    /// Nobody knows whether or how an intended act ended.
    DoubtFound {
        /// The attempt.
        claim: Claim,
        /// Why nobody knows.
        why: String,
    },
    /// What to do about an act in doubt or a paused step.
    Settled {
        /// The attempt.
        claim: Claim,
        /// What.
        how: Settlement,
        /// Who decided; Callsheet itself where the step's kind allows.
        actor: Actor,
        /// Their words.
        note: String,
    },
    /// Something happened to the rollout that a deploy act began; the first tells the rollout's plan. Rollouts go on beside the steps.
    Rollout {
        /// The attempt at the act.
        claim: Claim,
        /// What.
        event: Box<rollout::Event>,
    },
    /// What the edge counted of a rollout since the last of these: what its judge was fed with, in order.
    Measured {
        /// The attempt at the act.
        claim: Claim,
        /// Names the blob: one slice of time per line, JSON.
        slices: Digest,
        /// How many slices.
        count: u32,
    },
    /// A durable timer was set.
    TimerSet {
        /// The step.
        step: StepIndex,
        /// What for.
        timer: TimerFor,
        /// When it fires, by the clock on the wall.
        due: Timestamp,
    },
    /// A durable timer fired.
    TimerFired {
        /// The step.
        step: StepIndex,
    },
    /// The run goes backwards from here.
    RollbackBegan {
        /// The rollback procedure's slug; `None`: only the finished steps' own undoing.
        to: Option<String>,
        /// Why.
        cause: Cause,
    },
    /// The run is to end: running acts are ended, nothing new begins.
    CancelAsked {
        /// Undo finished steps that say how, then end.
        undo: bool,
        /// Who.
        actor: Actor,
        /// Their words.
        note: String,
    },
    /// Nothing new begins until `Released`.
    Held {
        /// Who.
        actor: Actor,
        /// Their words.
        note: String,
    },
    /// The run goes on.
    Released {
        /// Who.
        actor: Actor,
        /// Their words.
        note: String,
    },
    /// Only watching is left: the change lock gives way to a newer run.
    Observing {},
    /// A newer run of the same service and environment took over from an observing one.
    Superseded {
        /// The newer run.
        by: RunId,
    },
    /// The run is over.
    Finished {
        /// How.
        result: RunResult,
    },
    /// A person gave the run up on the record, whatever still runs.
    Abandoned {
        /// Who.
        actor: Actor,
        /// Their words.
        note: String,
    },
}

/// How a run began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// Digest of the plan's canonical JSON; the blob of that name is the plan.
    pub plan: Digest,
    /// Digest of the runbook's bytes; the blob of that name is its text.
    pub runbook: Digest,
    /// `file#procedure`.
    pub procedure: String,
    /// The service, or empty.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// Who asked for it.
    pub actor: Actor,
    /// Why, in their words; may be empty.
    pub why: String,
    /// The version of Callsheet that made the record.
    pub version: String,
}

/// Who executes a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adopted {
    /// Its process id.
    pub pid: u32,
    /// Its machine's boot.
    pub boot: BootId,
    /// `run`, `serve`, `resume`.
    pub role: String,
}

/// What a person is asked about a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asking {
    /// To settle the gate at this index.
    Gate(u16),
    /// To do, or approve, the act at this index.
    Act(u16),
    /// To judge what only a person can: the expectations of this attempt.
    Judge(Claim),
    /// To decide about a paused or doubtful attempt.
    Settle(Claim),
}

/// Why a step is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// Its `when` does not hold.
    Condition,
    /// Another alternative was chosen.
    Alternative,
    /// A person decided.
    Person {
        /// Who.
        actor: Actor,
        /// Their words.
        note: String,
    },
}

/// What to do about an act in doubt or a paused step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settlement {
    /// Start it again.
    Retry,
    /// Leave the rest of the step out.
    Skip,
    /// It was done.
    Done,
    /// Roll back.
    Rollback,
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimerFor {
    /// The wait act at this index.
    Wait(u16),
    /// The next attempt, under this claim.
    Retry(Claim),
}

/// Why a run goes backwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A step failed.
    Failed(StepIndex),
    /// A person decided.
    Person(Actor),
    /// The run was cancelled with undoing.
    Cancelled,
}

// === impl Event ===

impl Event {
    /// The event as journal text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an event holds nothing that JSON cannot")
    }

    /// Reads journal text of this or an earlier version.
    pub fn from_json(json: &str) -> Result<Event, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// The tag, as in the JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Event::Created(_) => "created",
            Event::Adopted(_) => "adopted",
            Event::TargetAsked {} => "target-asked",
            Event::TargetVerified { .. } => "target-verified",
            Event::TargetRefused { .. } => "target-refused",
            Event::Asked { .. } => "asked",
            Event::Approved { .. } => "approved",
            Event::Denied { .. } => "denied",
            Event::Expired { .. } => "expired",
            Event::Confirmed { .. } => "confirmed",
            Event::Disproved { .. } => "disproved",
            Event::Chosen { .. } => "chosen",
            Event::Skipped { .. } => "skipped",
            Event::Intended { .. } => "intended",
            Event::Withdrawn { .. } => "withdrawn",
            Event::Ended { .. } => "ended",
            Event::DoubtFound { .. } => "doubt-found",
            Event::Settled { .. } => "settled",
            Event::Rollout { .. } => "rollout",
            Event::Measured { .. } => "measured",
            Event::TimerSet { .. } => "timer-set",
            Event::TimerFired { .. } => "timer-fired",
            Event::RollbackBegan { .. } => "rollback-began",
            Event::CancelAsked { .. } => "cancel-asked",
            Event::Held { .. } => "held",
            Event::Released { .. } => "released",
            Event::Observing {} => "observing",
            Event::Superseded { .. } => "superseded",
            Event::Finished { .. } => "finished",
            Event::Abandoned { .. } => "abandoned",
        }
    }

    /// The step it is about, if it is about one.
    pub fn step(&self) -> Option<StepIndex> {
        match self {
            Event::Asked { step, .. }
            | Event::Approved { step, .. }
            | Event::Denied { step, .. }
            | Event::Expired { step }
            | Event::Confirmed { step, .. }
            | Event::Disproved { step, .. }
            | Event::Chosen { step, .. }
            | Event::Skipped { step, .. }
            | Event::TimerSet { step, .. }
            | Event::TimerFired { step } => Some(*step),
            Event::Intended { claim }
            | Event::Withdrawn { claim, .. }
            | Event::Ended { claim, .. }
            | Event::DoubtFound { claim, .. }
            | Event::Settled { claim, .. } => Some(claim.step),
            _ => None,
        }
    }
}
