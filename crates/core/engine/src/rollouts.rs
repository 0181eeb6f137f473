//! The rollouts of a run: machines of their own, which go on beside its steps. What they mean for the run, and it for them.

use callsheet_base::{Duration, Timestamp};
use callsheet_plan::{Action, StepIndex};
use callsheet_rollout::{self as rollout, Ending, Reason, Rollout};

use crate::{Claim, Event, Exit, Outcome, Phase, Run, RunRollout, StepState};

impl Run {
    /// All rollouts that its deploy acts began, by the attempt at the act.
    pub fn rollouts(&self) -> impl Iterator<Item = (Claim, &RunRollout)> {
        self.rollouts.iter().map(|(claim, one)| (*claim, one))
    }

    /// The rollout that this attempt began.
    pub fn rollout(&self, claim: Claim) -> Option<&RunRollout> {
        self.rollouts.get(&claim)
    }

    /// Those that are not over. A run that is over has none: who took its service over looks after them.
    pub fn open_rollouts(&self) -> impl Iterator<Item = (Claim, &RunRollout)> {
        let over = self.result().is_some();
        self.rollouts().filter(move |(_, one)| !over && !one.is_over())
    }

    /// Whether some release is on its way back and not there yet.
    pub fn is_turning_back(&self) -> bool {
        self.open_rollouts().any(|(_, one)| is_back(&one.rollout))
    }

    pub(crate) fn has_open_rollout(&self) -> bool {
        self.open_rollouts().next().is_some()
    }

    /// Whether a newer run may take the service over, if it only goes forward.
    pub(crate) fn may_give_way(&self) -> bool {
        self.observing && !self.is_busy() && !self.is_turning_back()
    }

    /// Whether a step is at a deploy act whose rollout began.
    pub(crate) fn is_deploying(&self, state: &StepState) -> bool {
        matches!(state, StepState::Running { claim, .. } if self.rollouts.contains_key(claim))
    }

    /// The finished step whose release was turned back later: the run is not as far any more as its steps say.
    pub(crate) fn came_back(&self) -> Option<StepIndex> {
        let own = |claim: &Claim| claim.step.0 < self.plan.main && self.steps[claim.step.at()] == StepState::Done;
        let forward = matches!(self.phase, Phase::Forward);
        let mut back = self.rollouts.iter().filter(|(claim, one)| own(claim) && is_back(&one.rollout));
        back.next().map(|(claim, _)| claim.step).filter(|_| forward)
    }

    /// Whether the release of any of its own steps was turned back.
    pub(crate) fn has_turned_back(&self) -> bool {
        self.rollouts.iter().any(|(claim, one)| claim.step.0 < self.plan.main && is_back(&one.rollout))
    }

    /// Whether the rollback's own steps wait until a release of the way forward is back, or could not be turned back any more.
    pub(crate) fn waits_for_way_back(&self) -> bool {
        let forward = |claim: Claim| claim.step.0 < self.plan.main;
        matches!(self.phase, Phase::Back { .. }) && self.open_rollouts().any(|(claim, _)| forward(claim))
    }

    /// Whether the event had a place.
    pub(crate) fn apply_to_rollout(&mut self, claim: Claim, event: &rollout::Event, at: Timestamp) -> bool {
        if let rollout::Event::Began(plan) = event {
            let planned = self.plan.act(claim.step, claim.act);
            let deploys = planned.is_some_and(|planned| matches!(planned.act.action, Action::Deploy(_)));
            let runs = deploys
                && matches!(&self.steps[claim.step.at()], StepState::Running { claim: own, .. } if *own == claim)
                && !self.rollouts.contains_key(&claim);
            if runs {
                let rollout = Rollout::begin((**plan).clone(), at);
                self.rollouts
                    .insert(claim, RunRollout { rollout, began: at, events: 1, measured: Vec::new(), lane: None });
            }
            return runs;
        }
        let Some(one) = self.rollouts.get_mut(&claim) else { return false };
        if one.is_over() {
            return false;
        }
        one.rollout.apply(event, at);
        one.events += 1;
        match event {
            rollout::Event::HookBegan { hook, address, release } => {
                self.open_lane(claim, *hook, address.clone(), release.clone())
            }
            rollout::Event::HookEnded { hook, .. } => self.close_lane(claim, *hook),
            _ => true,
        }
    }

    /// What rollouts bring to the run's steps, and what the run's course brings to its rollouts.
    pub(crate) fn next_of_rollouts(&self, now: Timestamp) -> Option<Event> {
        let end_of_act = || self.rollouts.iter().find_map(|(claim, one)| self.end_of_act(*claim, one, now));
        end_of_act().or_else(|| self.turn_back()).or_else(|| self.next_of_lanes(now))
    }

    /// A deploy act ends when all traffic is on the release, or when all of it is back.
    fn end_of_act(&self, claim: Claim, one: &RunRollout, now: Timestamp) -> Option<Event> {
        let waits = matches!(&self.steps[claim.step.at()], StepState::Running { claim: own, .. } if *own == claim);
        let exit = match one.rollout.phase() {
            _ if !waits => return None,
            rollout::Phase::Observing { .. } | rollout::Phase::Retiring {} => Exit::Released,
            rollout::Phase::Ended(Ending::Promoted) => Exit::Released,
            rollout::Phase::Ended(Ending::RolledBack(reason)) => Exit::TurnedBack(reason.to_string()),
            _ => return None,
        };
        let outcome = Outcome { took: Duration::between(one.began, now), ..Outcome::bare(exit) };
        Some(Event::Ended { claim, outcome })
    }

    /// While a rollout can be turned back, whatever fails turns it back.
    fn turn_back(&self) -> Option<Event> {
        let why = self.why_turn_back()?;
        // In a rollback, what the rollback itself brings out stays.
        let undoes = |claim: &Claim| matches!(self.phase, Phase::Back { .. }) && claim.step.0 >= self.plan.main;
        let possible = |one: &RunRollout| one.rollout.check(&rollout::Command::Abort).is_ok();
        let (claim, _) = self.open_rollouts().find(|(claim, one)| !undoes(claim) && possible(one))?;
        let event = rollout::Event::TurnedBack { reason: Reason::Condition(why), evidence: None, wrote: Vec::new() };
        Some(Event::Rollout { claim, event: Box::new(event) })
    }

    fn why_turn_back(&self) -> Option<String> {
        match &self.phase {
            Phase::Stopping { result, .. } => Some(format!("the run ends: {}", result.word())),
            Phase::Back { .. } => Some("the run rolls back".to_owned()),
            Phase::Forward if self.failed.is_some() => {
                self.failed.map(|step| format!("step `{}` failed", self.plan.steps[step.at()].id))
            }
            Phase::Forward => {
                let turned = self.rollouts.values().find(|one| is_back(&one.rollout))?;
                Some(format!("the release of {} was turned back", turned.rollout.plan().service))
            }
            Phase::Target { .. } | Phase::Ended { .. } => None,
        }
    }
}

impl RunRollout {
    /// Whether nothing more happens in it.
    pub fn is_over(&self) -> bool {
        matches!(self.rollout.phase(), rollout::Phase::Ended(_))
    }
}

/// Whether it is on its way back, or was turned back.
pub(crate) fn is_back(rollout: &Rollout) -> bool {
    use rollout::Phase;
    matches!(rollout.phase(), Phase::Restoring { .. } | Phase::Clearing { .. } | Phase::Ended(Ending::RolledBack(_)))
}
