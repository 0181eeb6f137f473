//! What a run's rollouts have run at moments of their own: steps of the plan in a lane beside the run's own steps, one after the other.
//!
//! A step in a lane is a step like any other: intended before it starts, in doubt, tried again or put to a person as its kind is. What differs
//! is what its end means: the next step of the lane, or the lane's own end, which its rollout is told.

use std::sync::Arc;

use callsheet_base::Timestamp;
use callsheet_plan::{Action, DeployOrder, PlannedAct, StepIndex};
use callsheet_rollout::{self as rollout, Hook};

use crate::decide::{after, after_doubt};
use crate::progress::Close;
use crate::rollouts::is_back;
use crate::success::ended_well;
use crate::{Claim, Effect, Event, Judged, Outcome, Phase, Run, RunRollout, StepState};

/// Steps that a rollout has run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The moment.
    pub hook: Hook,
    /// What the steps are told of where the release answers.
    pub address: Option<String>,
    /// Where the release's file or folder is.
    pub release: Option<String>,
    /// The step it is at.
    pub step: StepIndex,
    /// The one after its last.
    pub(crate) end: StepIndex,
    /// How it ended, once it did: what went wrong, in words, or nothing.
    pub(crate) over: Option<Option<String>>,
    /// What is known of the last act's end, in words.
    pub(crate) told: Option<String>,
}

impl Run {
    /// What rollouts have run now, by the attempt that began each rollout.
    pub fn lanes(&self) -> impl Iterator<Item = (Claim, &Lane)> {
        self.rollouts.iter().filter_map(|(claim, one)| Some((*claim, one.lane.as_ref()?)))
    }

    /// The lane that a step is open in, with what its rollout was ordered to do.
    pub fn lane_at(&self, step: StepIndex) -> Option<(&DeployOrder, &Lane)> {
        let (claim, lane) = self.lanes().find(|(_, lane)| lane.step == step && lane.over.is_none())?;
        Some((self.order(claim)?, lane))
    }

    /// The rollout that has a step run now.
    pub fn rollout_at(&self, step: StepIndex) -> Option<&RunRollout> {
        let at = |lane: &Lane| lane.step == step && lane.over.is_none();
        self.rollouts.values().find(|one| one.lane.as_ref().is_some_and(at))
    }

    pub(crate) fn is_in_lane(&self, step: StepIndex) -> bool {
        self.lane_at(step).is_some()
    }

    fn order(&self, claim: Claim) -> Option<&DeployOrder> {
        match &self.plan.act(claim.step, claim.act)?.act.action {
            Action::Deploy(order) => Some(order),
            _ => None,
        }
    }

    /// Whether the lane could be opened.
    pub(crate) fn open_lane(
        &mut self,
        claim: Claim,
        hook: Hook,
        address: Option<String>,
        release: Option<String>,
    ) -> bool {
        let Some(planned) = self.order(claim).and_then(|order| order.hook(hook)) else { return false };
        let (first, end) = (planned.first, StepIndex(planned.first.0 + planned.count));
        // What came of them at an earlier moment is forgotten.
        self.steps[first.at()..end.at()].fill(StepState::Gates { next: 0 });
        let Some(one) = self.rollouts.get_mut(&claim).filter(|one| one.lane.is_none()) else { return false };
        let over = (first == end).then_some(None);
        one.lane = Some(Lane { hook, address, release, step: first, end, over, told: None });
        if first < end {
            let plan = Arc::clone(&self.plan);
            self.enter(first, &plan.steps[first.at()], 0);
        }
        true
    }

    /// Whether it was open. A step that it was at is left out.
    pub(crate) fn close_lane(&mut self, claim: Claim, hook: Hook) -> bool {
        let Some(one) = self.rollouts.get_mut(&claim) else { return false };
        let Some(lane) = one.lane.take_if(|lane| lane.hook == hook) else { return false };
        let state = &mut self.steps[lane.step.at()];
        if lane.over.is_none() && !state.is_closed() {
            *state = StepState::Skipped;
        }
        true
    }

    /// An act in a lane ended so.
    pub(crate) fn tell_lane(&mut self, event: &Event) {
        let Event::Ended { claim, outcome } = event else { return };
        let words = match self.plan.act(claim.step, claim.act) {
            Some(planned) => how_it_ended(planned.act, outcome),
            None => outcome.exit.words(),
        };
        let lanes = self.rollouts.values_mut().filter_map(|one| one.lane.as_mut());
        lanes.filter(|lane| lane.step == claim.step).for_each(|lane| lane.told = Some(words.clone()));
    }

    /// Takes a step's end in, if it is in a lane; `false`: it is the run's own.
    pub(crate) fn go_on_in_lane(&mut self, step: StepIndex, close: Close) -> bool {
        let at = |lane: &Lane| lane.step == step && lane.over.is_none();
        let Some(lane) = self.rollouts.values_mut().filter_map(|one| one.lane.as_mut()).find(|lane| at(lane)) else {
            return false;
        };
        self.steps[step.at()] = close.state();
        if close == Close::Failed {
            let id = &self.plan.steps[step.at()].id;
            let how = lane.told.take().map(|words| format!(": {words}")).unwrap_or_default();
            lane.over = Some(Some(format!("step `{id}` failed{how}")));
            return true;
        }
        let next = StepIndex(step.0 + 1);
        if next == lane.end {
            lane.over = Some(None);
        } else {
            lane.step = next;
            lane.told = None;
            let plan = Arc::clone(&self.plan);
            self.enter(next, &plan.steps[next.at()], 0);
        }
        true
    }

    /// What comes next in a lane.
    pub(crate) fn next_of_lanes(&self, now: Timestamp) -> Option<Event> {
        self.rollouts.iter().find_map(|(claim, one)| {
            let lane = one.lane.as_ref()?;
            let ended = |failed: Option<String>| {
                let event = Box::new(rollout::Event::HookEnded { hook: lane.hook, failed });
                Some(Event::Rollout { claim: *claim, event })
            };
            if let Some(failed) = &lane.over {
                return ended(failed.clone());
            }
            let state = self.step(lane.step);
            if !self.gives_up(*claim) {
                return after(self, lane.step, state, now);
            }
            match state {
                StepState::Running { .. } => None,
                StepState::Doubt { claim, told, .. } => {
                    after_doubt(&self.plan.steps[lane.step.at()], *claim, *told, true)
                }
                _ => ended(Some("it was given up, because the release was turned back".to_owned())),
            }
        })
    }

    /// Whether what the rollout has run is of no use any more.
    fn gives_up(&self, claim: Claim) -> bool {
        let back = self.rollouts.get(&claim).is_some_and(|one| is_back(&one.rollout));
        back || matches!(self.phase, Phase::Stopping { .. })
    }

    /// The running act of every lane that is of no use any more, to be ended.
    pub(crate) fn given_up(&self) -> impl Iterator<Item = Effect> {
        let lanes = self.lanes().filter(|(claim, lane)| lane.over.is_none() && self.gives_up(*claim));
        lanes.filter_map(|(_, lane)| match self.step(lane.step) {
            StepState::Running { claim, .. } => Some(Effect::Cancel(*claim)),
            _ => None,
        })
    }
}

/// What was seen instead of what was expected, where the act itself ended well.
fn how_it_ended(act: &PlannedAct, outcome: &Outcome) -> String {
    let fails = outcome.verdicts.iter().find(|verdict| verdict.judged == Judged::Fails);
    match fails.filter(|_| ended_well(act, &outcome.exit)) {
        Some(verdict) => {
            let stated = act.expects.get(usize::from(verdict.expect)).map_or("something else", |expect| &expect.text);
            format!("expected: {stated}; saw: {}", verdict.saw)
        }
        None => outcome.exit.words(),
    }
}

/// Whether an event may bring a rollout to turn back: what it has run is ended then.
pub(crate) fn turns_back(event: &Event) -> bool {
    use rollout::{Command, Event as E};
    match event {
        Event::Rollout { event, .. } => {
            matches!(**event, E::TurnedBack { .. } | E::Commanded { command: Command::Abort, .. })
        }
        _ => false,
    }
}
