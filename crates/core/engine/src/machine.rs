//! The machine: what an event makes of a run. One `match (phase, event)` here, one `match (state, event)` in `step_machine`.

use std::collections::BTreeMap;
use std::sync::Arc;

use callsheet_base::{RunId, Timestamp};
use callsheet_plan::Plan;

use crate::illegal::IllegalEvent;
use crate::progress::Ending;
use crate::run::Order;
use crate::{Cause, Created, Event, Phase, Run, RunResult, StepState};

impl Run {
    /// A run that was just created. `created` is the body of its first record, `at` that record's time.
    pub fn create(id: RunId, created: &Created, plan: Arc<Plan>, at: Timestamp) -> Run {
        let main = plan.main as usize;
        let guarded = !plan.target.is_empty();
        let mut run = Run {
            id,
            created: created.clone(),
            started: at,
            updated: at,
            executor: None,
            held: false,
            observing: false,
            phase: if guarded { Phase::Target { asked: false } } else { Phase::Forward },
            steps: vec![StepState::Gates { next: 0 }; plan.steps.len()],
            chosen: BTreeMap::new(),
            options: BTreeMap::new(),
            shell: None,
            shells_left: BTreeMap::new(),
            attempts: BTreeMap::new(),
            done: Vec::new(),
            order: Order::Main { count: main },
            batch: 0..0,
            open: 0,
            failed: None,
            rollouts: BTreeMap::new(),
            plan,
        };
        if !guarded {
            run.open_next();
        }
        run
    }

    /// Takes one event in. An event that the state has no place for changes nothing.
    pub fn apply(&mut self, event: &Event, at: Timestamp) -> Result<(), IllegalEvent> {
        match (&self.phase, event) {
            (Phase::Ended { .. }, _) | (_, Event::Created(_)) => return Err(self.illegal(event)),
            (_, Event::Adopted(executor)) => self.executor = Some(executor.clone()),
            (_, Event::Abandoned { .. }) => self.phase = Phase::Ended { result: RunResult::Abandoned },

            (Phase::Target { asked: false }, Event::TargetAsked {}) => self.phase = Phase::Target { asked: true },
            (Phase::Target { asked: true }, Event::TargetVerified { .. }) => {
                self.phase = Phase::Forward;
                self.open_next();
            }
            (Phase::Target { asked: true }, Event::TargetRefused { .. }) => self.stop(RunResult::Denied),

            // The guard's answer may come after a cancel.
            (Phase::Stopping { .. }, Event::TargetVerified { .. } | Event::TargetRefused { .. }) => {}

            (Phase::Target { .. } | Phase::Forward | Phase::Back { .. }, Event::CancelAsked { undo, .. }) => {
                // A cancelled rollback is not rolled back again.
                let undo = *undo && matches!(self.phase, Phase::Forward);
                self.phase = Phase::Stopping { result: RunResult::Cancelled, undo };
            }
            (_, Event::Held { .. }) if !self.held => self.held = true,
            (_, Event::Released { .. }) if self.held => self.held = false,
            (Phase::Forward, Event::Observing {}) if !self.observing => self.observing = true,
            (Phase::Forward, Event::Superseded { .. }) if self.may_give_way() => {
                self.phase = Phase::Ended { result: RunResult::Superseded };
            }
            (_, Event::RollbackBegan { to, cause }) if self.may_roll_back(to.as_deref(), cause) => {
                self.go_back(to.clone(), cause);
            }
            (_, Event::Finished { result }) if self.ending() == Some(Ending::Finish(*result)) => {
                self.phase = Phase::Ended { result: *result };
            }

            (
                Phase::Forward | Phase::Back { .. } | Phase::Stopping { .. },
                Event::Rollout { claim, event: happened },
            ) => {
                if !self.apply_to_rollout(*claim, happened, at) {
                    return Err(self.illegal(event));
                }
            }
            (_, Event::Measured { claim, slices, .. }) => match self.rollouts.get_mut(claim) {
                Some(one) => one.measured.push(*slices),
                None => return Err(self.illegal(event)),
            },

            (Phase::Forward | Phase::Back { .. } | Phase::Stopping { .. }, _) if event.step().is_some() => {
                self.apply_to_step(event, at)?;
            }
            _ => return Err(self.illegal(event)),
        }
        self.updated = at;
        Ok(())
    }

    /// Nothing new begins from here.
    pub(crate) fn stop(&mut self, result: RunResult) {
        self.phase = Phase::Stopping { result, undo: false };
    }

    fn may_roll_back(&self, to: Option<&str>, cause: &Cause) -> bool {
        let wanted = match (&self.phase, cause) {
            (Phase::Stopping { undo, .. }, Cause::Cancelled) => *undo,
            (Phase::Forward | Phase::Back { .. }, Cause::Failed(step)) => {
                self.failed == Some(*step) || self.came_back() == Some(*step)
            }
            (Phase::Forward | Phase::Back { .. }, Cause::Person(_)) => true,
            _ => false,
        };
        // A rollout is turned back before anything else is undone, but for what a person begins: that turns it back itself.
        let alone = matches!(cause, Cause::Person(_)) || !self.has_open_rollout();
        wanted && alone && !self.is_busy_itself() && to.is_none_or(|slug| self.plan.rollback(slug).is_some())
    }

    pub(crate) fn illegal(&self, event: &Event) -> IllegalEvent {
        IllegalEvent::Run { event: event.word(), phase: self.phase_word() }
    }
}
