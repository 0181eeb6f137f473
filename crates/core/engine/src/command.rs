//! What people can tell a run.

use callsheet_base::RunId;
use callsheet_plan::StepIndex;
use serde::{Deserialize, Serialize};

/// A person's command. Who and their note go beside it, to [`crate::handle`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Give one approval.
    Approve(StepIndex),
    /// Refuse an approval or confirmation: the run ends as denied.
    Deny(StepIndex),
    /// Confirm a danger, one's own act, a judgement, or that an optional step is to be done.
    Confirm(StepIndex),
    /// Choose an alternative or option.
    Choose {
        /// The step that asks.
        step: StepIndex,
        /// The label.
        label: String,
    },
    /// Leave the step (or the rest of it) out.
    Skip(StepIndex),
    /// Start a paused or doubtful act again; begin a waiting retry now.
    Retry(StepIndex),
    /// Say that a paused or doubtful act was done.
    Done(StepIndex),
    /// Go backwards. `to`: a rollback of the plan; `None`: the one the waiting step or the plan names, else only the finished steps' undoing.
    Rollback {
        /// The rollback's slug.
        to: Option<String>,
    },
    /// Tell a rollout of the run something.
    Rollout {
        /// Of which service; `None`: the only one.
        service: Option<String>,
        /// What.
        command: callsheet_rollout::Command,
    },
    /// End the run; `undo`: first undo the finished steps that say how.
    Cancel {
        /// Undo finished steps.
        undo: bool,
    },
    /// Give the run up on the record, whatever still runs.
    Abandon,
    /// Start nothing new.
    Hold,
    /// Go on after `Hold`.
    Go,
    /// A newer run takes the service from this one, which only observes.
    Supersede {
        /// The newer run.
        by: RunId,
    },
}
