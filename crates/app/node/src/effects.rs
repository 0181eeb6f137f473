//! Performing: what the engine decided, once it is recorded.

use callsheet_base::RunId;
use callsheet_engine::{Claim, Effect, RunResult};
use callsheet_journal::{Journal, Lease};

use crate::clock::Clock;
use crate::event_loop::Node;
use crate::observer::Observer;
use crate::perform::{self, World};
use crate::wake::Wake;

impl<J: Journal, L: Lease, W: World, C: Clock> Node<J, L, W, C> {
    pub(crate) fn perform_all(&mut self, run: RunId, effects: Vec<Effect>, observer: &mut dyn Observer) {
        let cancelled: Vec<Claim> = effects.iter().filter_map(cancelled).collect();
        for effect in effects {
            match effect {
                // Intended and cancelled in one turn: the intent is not the head any more, so it is not acted on.
                Effect::Perform(claim) if cancelled.contains(&claim) => {
                    let why = "it was cancelled before it started".to_owned();
                    self.ready.push(Wake::NotStarted { run, claim, why });
                }
                // Given up again within the turn (its keeper was lost meanwhile): only an intent that still stands is acted on.
                Effect::Perform(claim) if !self.is_running(run, claim) => {}
                Effect::Perform(claim) => self.perform_act(run, claim),
                Effect::Cancel(claim) => self.cancel_act(run, claim),
                Effect::Conduct(claim) => self.conduct(run, claim),
                Effect::VerifyTarget => self.verify_target(run),
                Effect::ArmTimer(due) => self.timers.arm(due, run),
                Effect::NotifyWaiting(step) => {
                    if let Some(active) = self.runs.get(&run) {
                        observer.waiting(&active.run, step);
                    }
                }
                Effect::Finish(result) => self.finish(run, result, observer),
                // Written with the record that decided it; asked for when a run is taken over, before anything is performed.
                Effect::MoveToObserving | Effect::Reconcile(_) => {}
            }
        }
    }

    fn perform_act(&mut self, run: RunId, claim: Claim) {
        let Some(active) = self.runs.get(&run) else { return };
        if let Some(deed) = perform::deed_for(&active.run, claim, &active.shell) {
            self.ready.extend(self.world.perform(deed));
        }
    }

    fn cancel_act(&mut self, run: RunId, claim: Claim) {
        let deed = self.runs.get(&run).and_then(|active| perform::cancel_deed(&active.run, claim));
        if let Some(deed) = deed {
            self.ready.extend(self.world.perform(deed));
        }
    }

    fn verify_target(&mut self, run: RunId) {
        if let Some(active) = self.runs.get(&run) {
            let deed = perform::target_deed(&active.run);
            self.ready.extend(self.world.perform(deed));
        }
    }

    fn finish(&mut self, run: RunId, result: RunResult, observer: &mut dyn Observer) {
        let Some(active) = self.runs.remove(&run) else { return };
        self.world.dismiss(run, Some(result));
        self.leases.free(run);
        observer.finished(&active.run, result);
        self.ended.push(active.run);
    }
}

fn cancelled(effect: &Effect) -> Option<Claim> {
    match effect {
        Effect::Cancel(claim) => Some(*claim),
        _ => None,
    }
}
