//! What a change record tells of the rollouts that the run's deploy acts began.

use callsheet_base::{Digest, Timestamp};
use callsheet_rollout as rollout;
use callsheet_rollout::RolloutPlan;
use callsheet_rollout::analysis::Evidence;
use serde::Serialize;

use crate::{Claim, Run};

/// One rollout.
#[derive(Clone, Debug, Serialize)]
pub struct RolloutRecord {
    /// The attempt at the act that began it.
    pub claim: Claim,
    /// Its plan: releases, stages, how it is judged.
    pub plan: RolloutPlan,
    /// Where it stands, or how it ended, in words.
    pub state: String,
    /// Its events.
    pub events: Vec<RolloutSaid>,
    /// Blobs of what was counted, in order.
    pub slices: Vec<Digest>,
}

/// One event of a rollout.
#[derive(Clone, Debug, Serialize)]
pub struct RolloutSaid {
    /// When.
    pub at: Timestamp,
    /// What, in a sentence.
    pub what: String,
    /// The figures it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// What instances wrote, for whoever asks why, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wrote: Vec<String>,
}

impl RolloutRecord {
    pub(super) fn began(run: &Run, claim: Claim, plan: &RolloutPlan) -> RolloutRecord {
        let state = run.rollout(claim).map_or_else(String::new, |one| plan.stands(one.rollout.phase()));
        // Whoever took the service over ends what is left of it.
        let left = run.result().is_some() && !run.rollout(claim).is_some_and(crate::RunRollout::is_over);
        let state = if left { format!("{state}; left to a newer run") } else { state };
        RolloutRecord { claim, plan: plan.clone(), state, events: Vec::new(), slices: Vec::new() }
    }

    pub(super) fn take(&mut self, event: &rollout::Event, at: Timestamp) {
        let evidence = match event {
            rollout::Event::Passed { evidence, .. }
            | rollout::Event::Waits { evidence, .. }
            | rollout::Event::TurnedBack { evidence, .. } => *evidence,
            _ => None,
        };
        let wrote = RolloutPlan::wrote(event);
        self.events.push(RolloutSaid { at, what: self.plan.tell(event), evidence, wrote });
    }

    /// The heading: `shop 1.3.9 → 1.4.0: promoted`.
    pub fn heading(&self) -> String {
        format!("{}: {}", self.plan.name(), self.state)
    }

    /// One line for each event, and below it one for each line that it keeps.
    pub fn lines(&self) -> Vec<String> {
        let lines = |said: &RolloutSaid| {
            [format!("{:.3} {}", said.at, said.what)].into_iter().chain(said.wrote.clone()).collect::<Vec<_>>()
        };
        self.events.iter().flat_map(lines).collect()
    }
}
