//! How a run goes from step to step: opening batches, passing gates, closing steps, turning back, coming to an end.

use std::collections::BTreeSet;
use std::sync::Arc;

use callsheet_plan::{Gate, OnFailure, PlannedStep, StepIndex, When};

use crate::run::Order;
use crate::{Cause, Claim, Phase, Run, RunResult, StepState};

/// What an open gate wants.
pub(crate) enum GateWants {
    /// Nothing: it is open.
    Nothing,
    /// The step is left out: its `when` does not hold.
    SkipByCondition,
    /// The step is left out: another alternative was chosen.
    SkipByAlternative,
    /// A person's answer.
    Person,
}

/// What a run that has nothing open comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It turns back.
    Rollback { to: Option<String>, cause: Cause },
    /// It is over.
    Finish(RunResult),
}

/// How a step closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Close {
    Done,
    Skipped,
    Failed,
}

// === impl Close ===

impl Close {
    /// The state of a step that closed so.
    pub(crate) fn state(self) -> StepState {
        match self {
            Close::Done => StepState::Done,
            Close::Skipped => StepState::Skipped,
            Close::Failed => StepState::Failed,
        }
    }
}

// === impl Run ===

impl Run {
    /// Opens the batch after this one; passes over steps that have nothing to do.
    pub(crate) fn open_next(&mut self) {
        let plan = Arc::clone(&self.plan);
        while self.open == 0 {
            let start = self.batch.end;
            let end = self.batch_end(start, &plan.steps);
            self.batch = start..end;
            self.open = end - start;
            if start == end {
                return;
            }
            for place in start..end {
                let step = self.order.at(place);
                self.enter(step, &plan.steps[step.at()], 0);
            }
        }
    }

    fn batch_end(&self, start: usize, steps: &[PlannedStep]) -> usize {
        let group = |place: usize| steps[self.order.at(place).at()].parallel.as_deref();
        if start >= self.order.len() {
            return start;
        }
        let Some(wanted) = group(start) else { return start + 1 };
        (start + 1..self.order.len()).find(|&place| group(place) != Some(wanted)).unwrap_or(self.order.len())
    }

    /// Puts a step before its first gate, from `gate` on, that is not open by itself; after the last, before its first act.
    pub(crate) fn enter(&mut self, step: StepIndex, planned: &PlannedStep, gate: u16) {
        let closed =
            planned.gates[gate as usize..].iter().position(|gate| !matches!(self.wants(gate), GateWants::Nothing));
        match closed {
            Some(at) => self.steps[step.at()] = StepState::Gates { next: gate + at as u16 },
            None => self.enter_act(step, planned, 0),
        }
    }

    /// Puts a step before its first act from `act` on that the chosen option asks for; after the last it is done.
    pub(crate) fn enter_act(&mut self, step: StepIndex, planned: &PlannedStep, act: u16) {
        let option = self.options.get(&step);
        let wanted = |at: &usize| planned.acts[*at].choice.is_none() || planned.acts[*at].choice.as_ref() == option;
        match (act as usize..planned.acts.len()).find(wanted) {
            Some(at) => {
                let before = self.attempts.get(&(step, at as u16)).copied().unwrap_or(0);
                let claim = Claim { step, act: at as u16, attempt: before + 1 };
                self.steps[step.at()] = StepState::Ready { claim, failures: 0 };
            }
            None => self.mark(step, Close::Done),
        }
    }

    /// What a gate wants, given the run's past.
    pub(crate) fn wants(&self, gate: &Gate) -> GateWants {
        match gate {
            Gate::Alternative { group, label, .. } => match self.chosen.get(group) {
                None => GateWants::Person,
                Some(chosen) if chosen == label => GateWants::Nothing,
                Some(_) => GateWants::SkipByAlternative,
            },
            Gate::When(when) if self.holds(when) => GateWants::Nothing,
            Gate::When(_) => GateWants::SkipByCondition,
            _ => GateWants::Person,
        }
    }

    fn holds(&self, when: &When) -> bool {
        match when {
            When::Known { holds, .. } => *holds,
            When::Done(step) => self.steps[step.at()] == StepState::Done,
            When::Failed(step) => self.steps[step.at()] == StepState::Failed,
            When::Skipped(step) => self.steps[step.at()] == StepState::Skipped,
        }
    }

    /// Closes an open step without looking further.
    pub(crate) fn mark(&mut self, step: StepIndex, close: Close) {
        if self.go_on_in_lane(step, close) {
            return;
        }
        self.open -= 1;
        self.steps[step.at()] = close.state();
        if close == Close::Done {
            self.done.push(step);
        }
    }

    /// After any step closed: opens the next batch if this one is through and nothing stands against it.
    pub(crate) fn go_on(&mut self) {
        if self.open > 0 || !matches!(self.phase, Phase::Forward | Phase::Back { .. }) {
            return;
        }
        self.failed = self.batch.clone().map(|place| self.order.at(place)).find(|&step| self.failed_for_good(step));
        if self.failed.is_none() {
            self.open_next();
        }
    }

    fn failed_for_good(&self, step: StepIndex) -> bool {
        self.steps[step.at()] == StepState::Failed && self.plan.steps[step.at()].on_failure != OnFailure::GoOn
    }

    /// Whether some act runs, or may have run, without an end on record.
    pub fn is_busy(&self) -> bool {
        self.open_steps().any(|(_, state)| matches!(state, StepState::Running { .. } | StepState::Doubt { .. }))
    }

    /// The same of the run's own steps, without those that rollouts have run.
    pub(crate) fn is_busy_itself(&self) -> bool {
        let own = self.open_steps().filter(|(step, _)| !self.is_in_lane(*step));
        own.into_iter().any(|(_, state)| matches!(state, StepState::Running { .. } | StepState::Doubt { .. }))
    }

    /// What the run comes to now, if nothing is left to wait for.
    pub(crate) fn ending(&self) -> Option<Ending> {
        match &self.phase {
            Phase::Target { .. } | Phase::Ended { .. } => None,
            // What a rollout began it also ends.
            Phase::Stopping { .. } if self.is_busy() || self.has_open_rollout() => None,
            Phase::Stopping { undo: true, .. } if self.has_undo() => {
                Some(Ending::Rollback { to: None, cause: Cause::Cancelled })
            }
            Phase::Stopping { result, .. } => Some(Ending::Finish(*result)),
            Phase::Forward | Phase::Back { .. } if self.failed.is_some() => {
                self.failed.filter(|_| !self.has_open_rollout()).map(|step| self.after_failure(step))
            }
            Phase::Forward if self.came_back().is_some() => {
                let settled = !self.is_busy() && !self.has_open_rollout();
                self.came_back().filter(|_| settled).map(|step| self.after_failure(step))
            }
            Phase::Forward | Phase::Back { .. } if self.has_open_rollout() => None,
            Phase::Forward if self.is_through() => Some(Ending::Finish(RunResult::Done)),
            Phase::Back { cause: Cause::Cancelled, .. } if self.is_through() => {
                Some(Ending::Finish(RunResult::Cancelled))
            }
            Phase::Back { .. } if self.is_through() => Some(Ending::Finish(RunResult::RolledBack)),
            Phase::Forward | Phase::Back { .. } => None,
        }
    }

    pub(crate) fn is_through(&self) -> bool {
        self.open == 0 && self.batch.end >= self.order.len()
    }

    fn after_failure(&self, step: StepIndex) -> Ending {
        match &self.plan.steps[step.at()].on_failure {
            OnFailure::Rollback(slug) => Ending::Rollback { to: Some(slug.clone()), cause: Cause::Failed(step) },
            OnFailure::Undo if self.has_undo() => Ending::Rollback { to: None, cause: Cause::Failed(step) },
            // The release's own way back is all that there was to undo.
            _ if matches!(self.phase, Phase::Forward) && self.has_turned_back() => {
                Ending::Finish(RunResult::RolledBack)
            }
            _ => Ending::Finish(RunResult::Failed),
        }
    }

    /// Whether some finished step says how it is undone.
    pub(crate) fn has_undo(&self) -> bool {
        self.done.iter().any(|step| self.undo_of(*step).is_some())
    }

    fn undo_of(&self, step: StepIndex) -> Option<StepIndex> {
        self.plan.steps[step.at()].undo.filter(|undo| !self.steps[undo.at()].is_closed())
    }

    /// Turns back: first the finished steps' own undoing, last first, then the rollback procedure.
    pub(crate) fn go_back(&mut self, to: Option<String>, cause: &Cause) {
        let mut seen = BTreeSet::new();
        let undos = self.done.iter().rev().filter_map(|step| self.undo_of(*step));
        let mut order: Vec<StepIndex> = undos.filter(|undo| seen.insert(*undo)).collect();
        if let Some(rollback) = to.as_deref().and_then(|slug| self.plan.rollback(slug)) {
            order.extend((rollback.first.0..rollback.first.0 + rollback.count).map(StepIndex));
        }
        self.phase = Phase::Back { to, cause: cause.clone() };
        self.order = Order::List(order);
        self.batch = 0..0;
        self.open = 0;
        self.failed = None;
        self.open_next();
    }
}
