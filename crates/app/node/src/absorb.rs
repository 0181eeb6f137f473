//! What each wake means: the events it brings to its run.

use callsheet_base::{RunId, Timestamp};
use callsheet_engine::{self as engine, Claim, Event, IllegalEvent, Phase, StepState};
use callsheet_journal::{Journal, Lease};

use crate::batch::Batch;
use crate::clock::Clock;
use crate::error::NodeError;
use crate::event_loop::Node;
use crate::evidence;
use crate::observer::Observer;
use crate::perform::World;
use crate::request::Answer;
use crate::wake::{ActEnd, Told, Wake};

impl<J: Journal, L: Lease, W: World, C: Clock> Node<J, L, W, C> {
    pub(crate) fn absorb(
        &mut self,
        wake: Wake,
        now: Timestamp,
        batch: &mut Batch,
        observer: &mut dyn Observer,
    ) -> Result<(), NodeError> {
        match wake {
            Wake::Told(told) => self.told(told, now, batch),
            // These have their own commits, after everything else: see `turn`.
            Wake::Asked(..) | Wake::KeeperLost { .. } => Ok(()),
            Wake::Ended { run, claim, end } => self.act_ended(run, claim, *end, now, batch),
            Wake::NotStarted { run, claim, why } if self.is_running(run, claim) => {
                self.report(run, Event::Withdrawn { claim, why }, now, batch)
            }
            Wake::FatesFound { run, answer } => self.fates_found(run, answer, now, batch),
            Wake::TargetLooked { run, found } if self.awaits_target(run) => {
                let event = match found {
                    Ok(found) => Event::TargetVerified { found },
                    Err(why) => Event::TargetRefused { why },
                };
                self.report(run, event, now, batch)
            }
            Wake::RolloutBegins { run, claim, plan } => self.rollout_begins(run, claim, plan, now, batch),
            Wake::Rollout { run, claim, report } => self.rollout_happened(run, claim, *report, now, batch),
            Wake::Output(output) => {
                observer.output(&output);
                Ok(())
            }
            // The outside goes on with it by itself.
            Wake::Fetched => Ok(()),
            Wake::Shutdown => {
                self.stopping = true;
                Ok(())
            }
            // Told already, or not waited for any more: a keeper may say again what a recovery heard before, a cancel may have come
            // before the guard's answer.
            Wake::NotStarted { .. } | Wake::TargetLooked { .. } => Ok(()),
        }
    }

    /// Brings one event to its run and lets it go on. A run that is not here any more needs none.
    pub(crate) fn report(
        &mut self,
        run: RunId,
        event: Event,
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<(), NodeError> {
        let Some(active) = self.runs.get_mut(&run) else { return Ok(()) };
        let decision = engine::report(&mut active.run, event, now).map_err(illegal(run))?;
        batch.add(run, now, decision);
        Ok(())
    }

    pub(crate) fn act_ended(
        &mut self,
        run: RunId,
        claim: Claim,
        end: ActEnd,
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<(), NodeError> {
        if !self.is_running(run, claim) {
            return Ok(());
        }
        let Some(active) = self.runs.get(&run) else { return Ok(()) };
        let expects = active.run.plan().act(claim.step, claim.act).map_or(&[][..], |planned| &planned.act.expects);
        let outcome = evidence::outcome(end, expects, &mut batch.blobs);
        self.report(run, Event::Ended { claim, outcome }, now, batch)
    }

    /// Whether this attempt is the one whose end its step waits for.
    pub(crate) fn is_running(&self, run: RunId, claim: Claim) -> bool {
        let Some(active) = self.runs.get(&run) else { return false };
        let plan = active.run.plan();
        plan.step(claim.step).is_some()
            && matches!(active.run.step(claim.step), StepState::Running { claim: running, .. } if *running == claim)
    }

    fn awaits_target(&self, run: RunId) -> bool {
        self.runs.get(&run).is_some_and(|active| *active.run.phase() == Phase::Target { asked: true })
    }

    fn told(&mut self, told: Told, now: Timestamp, batch: &mut Batch) -> Result<(), NodeError> {
        let Told { run, command, actor, note, reply } = told;
        self.give_way(run, now, batch)?;
        let Some(active) = self.runs.get_mut(&run) else {
            let why = format!("run {} is not executed here", run.short());
            batch.answers.push((reply, Answer::Refused { why, hint: None }));
            return Ok(());
        };
        // On a copy: whatever is wrong with a command, the run stays as it was.
        let mut told = active.run.clone();
        let answer = match engine::submit(&mut told, &command, &actor, &note, &self.settings.people, now) {
            Ok(decision) => {
                active.run = told;
                batch.add(run, now, decision);
                Answer::Done
            }
            Err(refused) => Answer::Refused { why: refused.to_string(), hint: refused.hint() },
        };
        batch.answers.push((reply, answer));
        Ok(())
    }

    pub(crate) fn timer_fired(&mut self, run: RunId, now: Timestamp, batch: &mut Batch) -> Result<(), NodeError> {
        self.give_way(run, now, batch)?;
        let Some(active) = self.runs.get_mut(&run) else { return Ok(()) };
        let decision = engine::advance(&mut active.run, now).map_err(illegal(run))?;
        batch.add(run, now, decision);
        Ok(())
    }

    /// Whether it is time to ask a silent keeper again.
    pub(crate) fn is_to_be_asked(&mut self, run: RunId, now: Timestamp) -> bool {
        self.runs.get_mut(&run).is_some_and(|active| active.ask_fates_at.take_if(|at| *at <= now).is_some())
    }
}

pub(crate) fn illegal(run: RunId) -> impl FnOnce(IllegalEvent) -> NodeError {
    move |source| NodeError::Illegal { run, source }
}
