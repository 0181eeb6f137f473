//! What must be true after every commit: each run replayed beside its journal, compared with the world and the locks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use callsheet_base::RunId;
use callsheet_engine::{Claim, Event, Exit, Run, StepState};
use callsheet_journal::{ChangeLock, Head, Journal, Record, prove_chain};
use callsheet_plan::{Action, Plan, StepIndex};
use callsheet_rollout as rollout;
use callsheet_testkit::MemoryJournal;

use crate::keepers::{Keepers, Said};
use crate::releases;

/// One run as its journal tells it.
#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) run: Run,
    head: Head,
    /// Acts that ended well.
    finished: BTreeSet<(StepIndex, u16)>,
    /// Acts in doubt so far.
    pub(crate) doubts: u64,
}

/// Every run of the story.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    plans: BTreeMap<RunId, Arc<Plan>>,
    pub(crate) replicas: BTreeMap<RunId, Replica>,
    /// What became durable of rollouts and was not held against the town yet.
    pub(crate) said: Vec<releases::Said>,
    /// A run gave way while its older set was warm, and no rollout has come to its end since: what it left is there.
    pub(crate) left: bool,
}

// === impl Audit ===

impl Audit {
    pub(crate) fn expect(&mut self, run: RunId, plan: Arc<Plan>) {
        self.plans.insert(run, plan);
    }

    /// The run, if it was created.
    pub(crate) fn run(&self, run: RunId) -> Option<&Run> {
        self.replicas.get(&run).map(|replica| &replica.run)
    }

    /// Runs that were created and are not over.
    pub(crate) fn open(&self) -> Vec<RunId> {
        let open = self.replicas.iter().filter(|(_, replica)| replica.run.result().is_none());
        open.map(|(run, _)| *run).collect()
    }

    /// Whether the act's intent is durable and still stands.
    pub(crate) fn is_intended(&self, run: RunId, claim: Claim) -> bool {
        let state = self.run(run).map(|run| run.step(claim.step));
        matches!(state, Some(StepState::Running { claim: running, .. }) if *running == claim)
    }

    /// Takes in what was written of `run` since the last time.
    pub(crate) fn catch_up(
        &mut self,
        run: RunId,
        journal: &MemoryJournal,
        keepers: &BTreeMap<RunId, Keepers>,
    ) -> Result<(), String> {
        let from = self.replicas.get(&run).map_or(Head::start(run), |replica| replica.head);
        let records = journal.read(run, from.seq, usize::MAX).map_err(|error| error.to_string())?;
        let head = prove_chain(from, &records).map_err(|fault| fault.to_string())?;
        for record in &records {
            self.take(run, record, keepers.get(&run)).map_err(|what| format!("run {}: {what}", run.short()))?;
        }
        if let Some(replica) = self.replicas.get_mut(&run) {
            replica.head = head;
        }
        Ok(())
    }

    fn take(&mut self, run: RunId, record: &Record, keepers: Option<&Keepers>) -> Result<(), String> {
        let event = Event::from_json(&record.body).map_err(|error| error.to_string())?;
        if let Event::Created(created) = &event {
            let plan = self.plans.get(&run).ok_or("a run that nobody asked for")?.clone();
            let run = Run::create(run, created, plan, record.at);
            let replica = Replica { head: Head::start(run.id()), run, finished: BTreeSet::new(), doubts: 0 };
            let twice = self.replicas.insert(replica.run.id(), replica).is_some();
            return if twice { Err("it was created twice".to_owned()) } else { Ok(()) };
        }
        if let Event::Superseded { by } = &event {
            self.is_newer(run, *by)?;
            self.left |= self.run(run).is_some_and(|run| run.open_rollouts().next().is_some());
        }
        let replica = self.replicas.get_mut(&run).ok_or("its first record does not create it")?;
        replica.agrees(&event, keepers.unwrap_or(&Keepers::default()))?;
        let Event::Rollout { claim, event: rollout } = &event else {
            return replica.run.apply(&event, record.at).map_err(|illegal| illegal.to_string());
        };
        let phase = |run: &Run| run.rollout(*claim).map(|one| one.rollout.phase().clone());
        let before = phase(&replica.run);
        replica.run.apply(&event, record.at).map_err(|illegal| illegal.to_string())?;
        let one = replica.run.rollout(*claim).ok_or("its rollout is not there")?;
        self.left &= !one.is_over();
        self.said.push(releases::Said {
            run,
            claim: *claim,
            event: (**rollout).clone(),
            plan: one.rollout.plan().clone(),
            before,
            now: one.rollout.phase().clone(),
        });
        Ok(())
    }

    fn is_newer(&self, run: RunId, by: RunId) -> Result<(), String> {
        let service = |run: RunId| self.run(run).map(|run| run.created().service.clone());
        if by != run && service(by).is_some() && service(by) == service(run) {
            return Ok(());
        }
        Err(format!("it was superseded by {}, which does not change its service", by.short()))
    }

    /// One holder of a lock at a time: every run that may change something has its lock, no run that is over has one.
    pub(crate) fn check_locks(&self, locks: &[ChangeLock]) -> Result<(), String> {
        let places: BTreeSet<_> = locks.iter().map(|lock| (&lock.service, &lock.environment)).collect();
        if places.len() != locks.len() {
            return Err(format!("two runs hold one lock: {locks:?}"));
        }
        for Replica { run, .. } in self.replicas.values() {
            let created = run.created();
            let own = locks.iter().find(|lock| lock.run == run.id());
            let wants = !created.service.is_empty() && run.result().is_none() && !run.gives_way();
            let name = run.id().short();
            match own {
                None if wants => return Err(format!("run {name} changes {} without its lock", created.service)),
                Some(lock) if run.result().is_some() => return Err(format!("run {name} is over and holds {lock:?}")),
                Some(lock) if lock.service != created.service || lock.observing != run.gives_way() => {
                    return Err(format!("run {name} holds {lock:?}, gives way: {}", run.gives_way()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

// === impl Replica ===

impl Replica {
    /// Whether the world says the same of the act that the event speaks of.
    fn agrees(&mut self, event: &Event, keepers: &Keepers) -> Result<(), String> {
        match event {
            Event::Rollout { claim, event } => {
                // What a release has run begins anew at each moment.
                if let rollout::Event::HookBegan { hook, .. } = &**event
                    && let Some(planned) = self.run.plan().act(claim.step, claim.act)
                    && let Action::Deploy(order) = &planned.act.action
                    && let Some(hook) = order.hook(*hook)
                {
                    self.finished.retain(|(step, _)| !hook.holds(*step));
                }
                Ok(())
            }
            Event::Intended { claim } if self.finished.contains(&(claim.step, claim.act)) => {
                Err(format!("act {claim} ended well before and is to run again"))
            }
            Event::Ended { claim, outcome } if self.is_shell(*claim) => {
                let said = keepers.claims.get(claim);
                if said != Some(&Said::Ended(outcome.exit.clone())) {
                    return Err(format!("act {claim} is recorded as {:?}, in the world it is {said:?}", outcome.exit));
                }
                if outcome.exit == Exit::Status(0) {
                    self.finished.insert((claim.step, claim.act));
                }
                Ok(())
            }
            Event::Withdrawn { claim, .. } if keepers.executed.contains(claim) => {
                Err(format!("act {claim} counts as not started, but it was executed"))
            }
            Event::DoubtFound { claim, .. } => {
                self.doubts += 1;
                match keepers.claims.get(claim) {
                    said if said != Some(&Said::Gone) && self.is_shell(*claim) => {
                        Err(format!("act {claim} counts as in doubt, in the world it is {said:?}"))
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn records(&self) -> u64 {
        self.head.seq
    }

    fn is_shell(&self, claim: Claim) -> bool {
        let planned = self.run.plan().act(claim.step, claim.act);
        planned.is_some_and(|planned| matches!(planned.act.action, Action::Shell { .. }))
    }
}
