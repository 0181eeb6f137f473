//! Taking a run over: after a crash, a hand-over, or for one command. Its lease first, then its journal, then the world's answers.

use std::collections::BTreeSet;
use std::time::Duration as StdDuration;

use callsheet_access::Actor;
use callsheet_base::{Duration, RunId, Timestamp};
use callsheet_engine::{self as engine, Answer, Claim, Command, Decision, Effect, Event, StepState, outstanding};
use callsheet_journal::{Journal, Lease};
use callsheet_plan::Action;

use crate::absorb::illegal;
use crate::batch::Batch;
use crate::clock::Clock;
use crate::error::{AdmitError, NodeError};
use crate::event_loop::{Active, Node};
use crate::evidence;
use crate::locks;
use crate::observer::Observer;
use crate::perform::{Fate, World};
use crate::replay::{Replayed, replay};
use crate::surroundings::Surroundings;

/// How a run is taken over.
#[derive(Clone, Debug, Default)]
pub struct Takeover {
    /// Start nothing new until a person says `go`.
    pub hold: bool,
    /// What its shell acts may need; `None`: what this process has. A run whose secrets are not among them is held.
    pub surroundings: Option<Surroundings>,
}

/// What became of each act.
type Fates = Vec<(Claim, Fate)>;

/// A silent keeper is asked again after this.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// How long a takeover waits for a keeper's answer when nothing else is executed here.
const ALONE: StdDuration = StdDuration::from_secs(10);
/// The same beside other runs, which stand still meanwhile.
const BESIDE_OTHERS: StdDuration = StdDuration::from_secs(2);
/// The same in a server. It then takes the run all the same and asks on without waiting.
const SERVING: StdDuration = StdDuration::from_millis(300);

impl<J: Journal, L: Lease, W: World, C: Clock> Node<J, L, W, C> {
    /// Takes `run` over and goes on with it. Returns whether it is executed here now: a run that is over is not.
    pub fn take_over(&mut self, run: RunId, how: Takeover, observer: &mut dyn Observer) -> Result<bool, AdmitError> {
        if self.runs.contains_key(&run) {
            return Ok(true);
        }
        if let Err(holder) = self.leases.try_take(run)? {
            return Err(AdmitError::Held { run, holder });
        }
        let taken = self.take_over_leased(run, how, observer);
        if !matches!(taken, Ok(true)) {
            self.forget(run);
        }
        taken
    }

    fn take_over_leased(&mut self, run: RunId, how: Takeover, observer: &mut dyn Observer) -> Result<bool, AdmitError> {
        let Some(replayed) = replay(&self.journal, run, |_, _, _| {})? else {
            return Err(AdmitError::NoRun { run });
        };
        if replayed.run.result().is_some() {
            return Ok(false);
        }
        let Replayed { run: state, head, held_by_us, shell } = replayed;
        let effects = outstanding(&state);
        let open: Vec<Claim> = effects.iter().filter_map(to_reconcile).collect();
        let summarised = state.phase_word();
        let missing = self.world.admit(run, state.plan(), how.surroundings);
        let conducted = BTreeSet::new();
        let gives_way = state.gives_way();
        let active =
            Active { run: state, head, shell, gives_way, summarised, conducted, asking: false, ask_fates_at: None };
        self.runs.insert(run, active);
        let (fates, silent) = self.fates(run, &open)?;

        let now = self.clock.now();
        let mut batch = Batch::default();
        self.adopt(run, now, &mut batch)?;
        // Before anything of it begins: its lock may be another run's by now.
        self.give_way(run, now, &mut batch)?;
        self.hold_or_go(run, how.hold, held_by_us, &missing, now, &mut batch)?;
        for (claim, fate) in fates {
            self.take_fate(run, claim, fate, now, &mut batch)?;
        }
        self.timer_fired(run, now, &mut batch)?;
        if let Some(work) = batch.runs.get_mut(&run) {
            // The lock gave way in the very commit that began the observing: it may be another run's by now.
            work.perform.extend(effects.into_iter().filter(|effect| *effect != Effect::MoveToObserving));
        }
        self.settle_own(batch, observer)?;
        if let Some(why) = silent {
            self.ask_later(run, &why, now);
        }
        Ok(true)
    }

    /// A run that only observed and whose lock a newer run has taken while nobody executed it.
    pub(crate) fn give_way(&mut self, run: RunId, now: Timestamp, batch: &mut Batch) -> Result<(), NodeError> {
        let Some(active) = self.runs.get_mut(&run).filter(|active| active.run.is_observing()) else { return Ok(()) };
        let Some(own) = locks::of(&active.run) else { return Ok(()) };
        let mut held = self.journal.locks()?.into_iter();
        let held = held.find(|lock| (&lock.service, &lock.environment) == (&own.service, &own.environment));
        let Some(newer) = held.filter(|lock| lock.run != run) else { return Ok(()) };
        let command = Command::Supersede { by: newer.run };
        // A refusal (something of it runs just now) leaves it to end by itself.
        if let Ok(decision) =
            engine::submit(&mut active.run, &command, &Actor::system(), "", &self.settings.people, now)
        {
            batch.add(run, now, decision);
        }
        Ok(())
    }

    /// Records the takeover without deciding anything yet: whether the run is held comes first.
    fn adopt(&mut self, run: RunId, now: Timestamp, batch: &mut Batch) -> Result<(), NodeError> {
        let Some(active) = self.runs.get_mut(&run) else { return Ok(()) };
        let event = Event::Adopted(self.settings.executor.clone());
        active.run.apply(&event, now).map_err(illegal(run))?;
        batch.add(run, now, Decision { record: vec![event], perform: Vec::new() });
        Ok(())
    }

    fn hold_or_go(
        &mut self,
        run: RunId,
        wanted: bool,
        held_by_us: bool,
        missing: &[String],
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<(), NodeError> {
        let Some(active) = self.runs.get_mut(&run) else { return Ok(()) };
        let held = active.run.is_held();
        let (command, note) = if !missing.is_empty() && !held {
            let names = missing.join(", ");
            (Command::Hold, format!("its secrets are not here: set {names} and resume"))
        } else if wanted && !held {
            (Command::Hold, "taken over on hold".to_owned())
        } else if held && held_by_us && missing.is_empty() && !wanted {
            (Command::Go, "taken over with everything it needs".to_owned())
        } else {
            return Ok(());
        };
        let people = &self.settings.people;
        // A run that is ending takes neither: it starts nothing new anyway.
        if let Ok(decision) = engine::submit(&mut active.run, &command, &Actor::system(), &note, people, now) {
            batch.add(run, now, decision);
        }
        Ok(())
    }

    /// Asks the world about shell acts; of other acts nobody can know. With the fates comes why the shell acts' are still to be
    /// asked for, if they are.
    fn fates(&mut self, run: RunId, open: &[Claim]) -> Result<(Fates, Option<String>), AdmitError> {
        let (shell, others): (Vec<Claim>, Vec<Claim>) = open.iter().partition(|claim| self.is_shell(run, **claim));
        let unknown = || Fate::Unknown { why: "Callsheet ended while it was being done".to_owned() };
        let mut fates: Fates = others.into_iter().map(|claim| (claim, unknown())).collect();
        let patience = match self.runs.len() {
            _ if self.settings.takes_over => SERVING,
            0 | 1 => ALONE,
            _ => BESIDE_OTHERS,
        };
        let Some(active) = self.runs.get(&run).filter(|_| !shell.is_empty()) else { return Ok((fates, None)) };
        match self.world.fates(&active.run, &shell, patience) {
            Ok(answers) => {
                fates.extend(shell.into_iter().zip(answers));
                Ok((fates, None))
            }
            Err(why) if self.settings.takes_over => Ok((fates, Some(why))),
            Err(why) => Err(AdmitError::FateUnknown { run, why }),
        }
    }

    fn take_fate(
        &mut self,
        run: RunId,
        claim: Claim,
        fate: Fate,
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<(), NodeError> {
        let answer = match fate {
            Fate::NotStarted { why } => Answer::NotStarted { why },
            Fate::Running => Answer::StillRunning,
            Fate::Unknown { why } => Answer::Unknown { why },
            Fate::Ended(end) => {
                let Some(active) = self.runs.get(&run) else { return Ok(()) };
                let planned = active.run.plan().act(claim.step, claim.act);
                let expects = planned.map_or(&[][..], |planned| &planned.act.expects);
                Answer::Ended(evidence::outcome(*end, expects, &mut batch.blobs))
            }
        };
        match answer.event(claim) {
            Some(event) => self.report(run, event, now, batch),
            None => Ok(()),
        }
    }

    /// A keeper is gone or silent while we execute its run: the same questions as after our own end, without waiting for answers.
    pub(crate) fn keeper_lost(&mut self, run: RunId) {
        let Some(active) = self.runs.get(&run).filter(|active| !active.asking) else { return };
        let open: Vec<Claim> = active.run.open_steps().filter_map(|(_, state)| running(state)).collect();
        let open: Vec<Claim> = open.into_iter().filter(|claim| self.is_shell(run, *claim)).collect();
        let Some(active) = self.runs.get_mut(&run).filter(|_| !open.is_empty()) else { return };
        active.asking = true;
        self.ready.extend(self.world.ask_fates(&active.run, &open));
    }

    /// The answer to these questions. Meanwhile an act may have ended by another way.
    pub(crate) fn fates_found(
        &mut self,
        run: RunId,
        answer: Result<Vec<(Claim, Fate)>, String>,
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<(), NodeError> {
        let Some(active) = self.runs.get_mut(&run) else { return Ok(()) };
        active.asking = false;
        match answer {
            Err(why) => self.ask_later(run, &why, now),
            Ok(fates) => {
                for (claim, fate) in
                    fates.into_iter().filter(|(claim, _)| self.is_running(run, *claim)).collect::<Vec<_>>()
                {
                    self.take_fate(run, claim, fate, now, batch)?;
                }
                // A cancel that came while nobody listened is said again.
                let Some(active) = self.runs.get(&run) else { return Ok(()) };
                let cancels = outstanding(&active.run).into_iter().filter(|effect| matches!(effect, Effect::Cancel(_)));
                batch.runs.entry(run).or_default().perform.extend(cancels);
            }
        }
        Ok(())
    }

    fn ask_later(&mut self, run: RunId, why: &str, now: Timestamp) {
        tracing::warn!(run = %run.short(), why, "the keeper does not answer; asking again");
        let again = ASK_AGAIN.after(now);
        if let Some(active) = self.runs.get_mut(&run) {
            active.ask_fates_at = Some(again);
        }
        self.timers.arm(again, run);
    }

    fn is_shell(&self, run: RunId, claim: Claim) -> bool {
        let planned = self.runs.get(&run).and_then(|active| active.run.plan().act(claim.step, claim.act));
        planned.is_some_and(|planned| matches!(planned.act.action, Action::Shell { .. }))
    }
}

fn running(state: &StepState) -> Option<Claim> {
    match state {
        StepState::Running { claim, .. } => Some(*claim),
        _ => None,
    }
}

fn to_reconcile(effect: &Effect) -> Option<Claim> {
    match effect {
        Effect::Reconcile(claim) => Some(*claim),
        _ => None,
    }
}
