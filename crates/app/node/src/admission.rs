//! A new run: its first record, its plan, its lock and its lease, in one commit.

use std::collections::BTreeSet;
use std::sync::Arc;

use callsheet_access::Actor;
use callsheet_base::{Digest, RunId};
use callsheet_engine::{self as engine, Adopted, Command, Created, Event, Run};
use callsheet_journal::{ChangeLock, Head, Journal, Lease, LeaseHolder};
use callsheet_plan::Plan;

use crate::absorb::illegal;
use crate::batch::Batch;
use crate::clock::Clock;
use crate::error::AdmitError;
use crate::event_loop::{Active, Node};
use crate::locks;
use crate::observer::Observer;
use crate::perform::World;
use crate::shell_state::ShellStates;
use crate::surroundings::Surroundings;

/// What a new run is made from.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// Its id: [`RunId::new`] from the present instant and ten random bytes.
    pub id: RunId,
    /// What it will carry out.
    pub plan: Arc<Plan>,
    /// The runbook's text, of which the plan was made.
    pub runbook: String,
    /// Who asks for it.
    pub actor: Actor,
    /// Why, in their words; may be empty.
    pub why: String,
    /// What its shell acts may need.
    pub surroundings: Surroundings,
}

/// What came of starting a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// A run that only observed and whose lock this one took, where another process executes it: it is to be told
    /// [`Command::Supersede`].
    pub superseded: Option<RunId>,
}

impl<J: Journal, L: Lease, W: World, C: Clock> Node<J, L, W, C> {
    /// Creates a run and begins to execute it. When this returns, the run is durable.
    pub fn start(&mut self, new: NewRun, observer: &mut dyn Observer) -> Result<Admitted, AdmitError> {
        let id = new.id;
        let mut batch = Batch::default();
        let observing = self.prepare(new, &mut batch)?;
        self.settle_new(batch, observer)?;
        Ok(Admitted { superseded: self.supersede(observing, id, observer)? })
    }

    /// Creates runs and begins to execute them, all in one commit or none. Meant for runs without a service: a run that only
    /// observed and loses its lock to one of these is told when it is next taken over.
    pub fn start_all(&mut self, new: Vec<NewRun>, observer: &mut dyn Observer) -> Result<(), AdmitError> {
        let mut batch = Batch::default();
        for new in new {
            if let Err(error) = self.prepare(new, &mut batch) {
                self.forget_all(&batch);
                return Err(error);
            }
        }
        self.settle_new(batch, observer)
    }

    fn settle_new(&mut self, batch: Batch, observer: &mut dyn Observer) -> Result<(), AdmitError> {
        let ids: Vec<RunId> = batch.runs.keys().copied().collect();
        if let Err(lock) = self.settle(batch, observer)? {
            ids.into_iter().for_each(|id| self.forget(id));
            return Err(AdmitError::Locked { lock });
        }
        Ok(())
    }

    fn forget_all(&mut self, batch: &Batch) {
        batch.runs.keys().for_each(|id| self.forget(*id));
    }

    /// Everything up to the commit. Returns the run that observes and would lose its lock.
    fn prepare(&mut self, new: NewRun, batch: &mut Batch) -> Result<Option<RunId>, AdmitError> {
        let now = self.clock.now();
        let id = new.id;
        if self.runs.contains_key(&id) {
            let Adopted { pid, boot, role } = self.settings.executor.clone();
            return Err(AdmitError::Held { run: id, holder: LeaseHolder { pid, boot, role } });
        }
        if let Err(holder) = self.leases.try_take(id)? {
            return Err(AdmitError::Held { run: id, holder });
        }
        if self.journal.head(id)?.seq > 0 {
            self.leases.free(id);
            return Err(AdmitError::Exists { run: id });
        }
        let plan_json = new.plan.to_json().into_bytes();
        let created = Created {
            plan: Digest::of(&plan_json),
            runbook: Digest::of(new.runbook.as_bytes()),
            procedure: new.plan.name(),
            service: new.plan.service.clone(),
            environment: new.plan.environment.clone(),
            actor: new.actor,
            why: new.why,
            version: self.settings.version.clone(),
        };
        self.world.admit(id, &new.plan, Some(new.surroundings));
        let mut run = Run::create(id, &created, new.plan, now);
        let adopted = Event::Adopted(self.settings.executor.clone());
        let mut decision = engine::report(&mut run, adopted, now).map_err(illegal(id))?;
        decision.record.insert(0, Event::Created(created.clone()));

        let lock = locks::of(&run);
        let observing = self.observing_holder(lock.as_ref())?;
        let shell = ShellStates::default();
        let conducted = BTreeSet::new();
        let head = Head::start(id);
        let gives_way = false;
        let active =
            Active { run, head, shell, gives_way, summarised: "", conducted, asking: false, ask_fates_at: None };
        self.runs.insert(id, active);
        batch.take_locks.extend(lock);
        batch.blobs.push((created.plan, plan_json));
        batch.blobs.push((created.runbook, new.runbook.into_bytes()));
        batch.add(id, now, decision);
        Ok(observing)
    }

    /// Stops deciding a run, as if it had never been here.
    pub(crate) fn forget(&mut self, run: RunId) {
        self.runs.remove(&run);
        self.world.dismiss(run, None);
        self.leases.free(run);
    }

    fn observing_holder(&self, wanted: Option<&ChangeLock>) -> Result<Option<RunId>, AdmitError> {
        let Some(wanted) = wanted else { return Ok(None) };
        let same = |lock: &ChangeLock| (&lock.service, &lock.environment) == (&wanted.service, &wanted.environment);
        Ok(self.journal.locks()?.into_iter().find(|lock| same(lock) && lock.observing).map(|lock| lock.run))
    }

    /// Tells the run that observed. `Some`: it is not executed here.
    fn supersede(
        &mut self,
        older: Option<RunId>,
        by: RunId,
        observer: &mut dyn Observer,
    ) -> Result<Option<RunId>, AdmitError> {
        let Some(older) = older.filter(|older| *older != by) else { return Ok(None) };
        let now = self.clock.now();
        let Some(active) = self.runs.get_mut(&older) else { return Ok(Some(older)) };
        let command = Command::Supersede { by };
        // A refusal (something of it runs just now) leaves it to end by itself; its lock is gone either way.
        if let Ok(decision) =
            engine::submit(&mut active.run, &command, &Actor::system(), "", &self.settings.people, now)
        {
            let mut batch = Batch::default();
            batch.add(older, now, decision);
            self.settle_own(batch, observer)?;
        }
        Ok(None)
    }
}
