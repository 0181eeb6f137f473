//! What a decision wants recorded and done. Every effect on the outside is here; `node` performs them in one place.

use callsheet_base::Timestamp;
use callsheet_plan::StepIndex;

use crate::{Claim, Event, RunResult};

/// What comes next: first the records, in one commit, then the effects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// To be appended, in order. Already applied to the run by [`crate::advance`].
    pub record: Vec<Event>,
    /// To be done once `record` is durable. Handed out once; after a restart [`crate::outstanding`] hands out those still due.
    pub perform: Vec<Effect>,
}

/// Something to be done in the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Look whether this machine is the plan's target; answer with `TargetVerified` or `TargetRefused`.
    VerifyTarget,
    /// Carry out this act (`run.plan().act(claim.step, claim.act)`); answer with `Ended`, or `Withdrawn` if it did not start,
    /// or `DoubtFound`. Only if the intent still is the run's head.
    Perform(Claim),
    /// End the act's whole process group; answer with `Ended` (exit `Cancelled`), or `Withdrawn` if it did not start.
    Cancel(Claim),
    /// After a restart: find out what became of this act; answer with an [`crate::Answer`].
    Reconcile(Claim),
    /// Bring the world to where the rollout of this act now says it should be, and keep looking after it until it is over; answer
    /// with `Rollout` events.
    Conduct(Claim),
    /// Call `advance` again at this instant, or soon after.
    ArmTimer(Timestamp),
    /// Tell people that this step waits for one of them.
    NotifyWaiting(StepIndex),
    /// The change lock now gives way to a newer run.
    MoveToObserving,
    /// The run is over: free its lock and lease, tell who listens.
    Finish(RunResult),
}

// === impl Decision ===

impl Decision {
    /// Whether there is nothing to record and nothing to do.
    pub fn is_empty(&self) -> bool {
        self.record.is_empty() && self.perform.is_empty()
    }
}
