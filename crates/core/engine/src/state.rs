//! The state of one step. Each variant owns exactly what is true in it and says how one leaves it.

use callsheet_access::Actor;
use callsheet_base::Timestamp;

use crate::{Asking, Claim};

/// Where a step is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Not reached, or reached with this gate next. Left by `Asked`, `Skipped`, or as `Ready` once the last gate is open.
    Gates {
        /// Index of the first gate not settled.
        next: u16,
    },
    /// A person is asked. Left by their answer, or by `Expired`.
    Asked {
        /// What.
        asking: Asking,
        /// Since when.
        since: Timestamp,
        /// Until when.
        expires: Option<Timestamp>,
        /// Who approved so far.
        approved: Vec<Actor>,
    },
    /// This act is next, under this attempt. Left by `Intended`, `Asked` or `TimerSet`.
    Ready {
        /// The attempt to make.
        claim: Claim,
        /// How often this act failed before.
        failures: u32,
    },
    /// The intent is recorded; the act runs, or ran. Left by `Ended`, `Withdrawn` or `DoubtFound`.
    Running {
        /// The attempt.
        claim: Claim,
        /// How often this act failed before.
        failures: u32,
        /// Since when.
        since: Timestamp,
    },
    /// A durable timer runs for a wait act. Left by `TimerFired`.
    Waiting {
        /// The act.
        act: u16,
        /// When it fires.
        due: Timestamp,
    },
    /// The act failed and is tried again. Left by `TimerFired`, or by a person's `Settled`.
    Retrying {
        /// The attempt to make then.
        claim: Claim,
        /// How often this act failed.
        failures: u32,
        /// When.
        due: Timestamp,
    },
    /// The act failed and may be tried again. Left by `TimerSet`.
    Failing {
        /// The attempt to make next.
        claim: Claim,
        /// How often this act failed, at least 1.
        failures: u32,
        /// Since when.
        since: Timestamp,
    },
    /// A person decides about an act that ended badly. Left by `Settled`.
    Paused {
        /// The attempt that ended.
        claim: Claim,
        /// Why.
        why: PauseReason,
        /// Since when.
        since: Timestamp,
        /// Whether people were told.
        told: bool,
    },
    /// Nobody knows how the act ended. Left by `Settled`.
    Doubt {
        /// The attempt.
        claim: Claim,
        /// How often this act failed before.
        failures: u32,
        /// Why nobody knows.
        why: String,
        /// Since when.
        since: Timestamp,
        /// Whether people were told.
        told: bool,
    },
    /// Done: never runs again.
    Done,
    /// Left out.
    Skipped,
    /// Failed for good.
    Failed,
}

/// Why a step pauses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PauseReason {
    /// An expectation that was inferred, not written, does not hold.
    Expectation {
        /// Index into the act's `expects`.
        expect: u16,
        /// What was seen instead.
        saw: String,
    },
    /// It failed, and the plan says that a person decides.
    Failed,
}

// === impl StepState ===

impl StepState {
    /// Whether nothing more happens in this step.
    pub fn is_closed(&self) -> bool {
        matches!(self, StepState::Done | StepState::Skipped | StepState::Failed)
    }

    /// The same, with people told that `claim` waits for a decision. `None`: it does not.
    pub(crate) fn told(&self, claim: Claim) -> Option<StepState> {
        let mut told_state = self.clone();
        match &mut told_state {
            StepState::Paused { claim: own, told, .. } | StepState::Doubt { claim: own, told, .. }
                if *own == claim && !*told =>
            {
                *told = true;
            }
            _ => return None,
        }
        Some(told_state)
    }

    /// A stable word for lists and records.
    pub fn word(&self) -> &'static str {
        match self {
            StepState::Gates { .. } => "pending",
            StepState::Asked { .. } => "asked",
            StepState::Ready { .. } => "ready",
            StepState::Running { .. } => "running",
            StepState::Waiting { .. } => "waiting",
            StepState::Retrying { .. } => "retrying",
            StepState::Failing { .. } => "retrying",
            StepState::Paused { .. } => "paused",
            StepState::Doubt { .. } => "in-doubt",
            StepState::Done => "done",
            StepState::Skipped => "skipped",
            StepState::Failed => "failed",
        }
    }
}
