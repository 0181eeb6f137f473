//! The loop: take what has happened, let the engine decide, commit all touched runs at once, then act.
//!
//! The rule that keeps runs true is here: an effect is performed only after the commit that records its intent.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use callsheet_access::People;
use callsheet_base::{RunId, Timestamp};
use callsheet_engine::{Adopted, Claim, Run};
use callsheet_journal::{Head, Journal, Lease};

use crate::batch::Batch;
use crate::clock::Clock;
use crate::error::NodeError;
use crate::observer::Observer;
use crate::perform::World;
use crate::shell_state::ShellStates;
use crate::timers::Timers;
use crate::wake::Wake;

/// Executes runs: one loop on one thread, for one run in the foreground as for many in `serve`.
pub struct Node<J, L, W, C> {
    pub(crate) journal: J,
    pub(crate) leases: L,
    pub(crate) world: W,
    pub(crate) clock: C,
    pub(crate) settings: Settings,
    pub(crate) runs: BTreeMap<RunId, Active>,
    pub(crate) timers: Timers,
    /// What performing brought at once: the next turn begins with it.
    pub(crate) ready: Vec<Wake>,
    /// Runs that ended here and were not asked for yet.
    pub(crate) ended: Vec<Run>,
    pub(crate) stopping: bool,
}

/// Who executes, and by whose authority.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Recorded when a run is taken over.
    pub executor: Adopted,
    /// Who may approve what.
    pub people: People,
    /// Callsheet's version, recorded when a run is created.
    pub version: String,
    /// Whether a run that nobody executes is taken over when it is told something: the server does.
    pub takes_over: bool,
}

/// A run that is decided here.
pub(crate) struct Active {
    pub(crate) run: Run,
    /// Its last durable record.
    pub(crate) head: Head,
    pub(crate) shell: ShellStates,
    /// Whether its lock, as stored, gives way to a newer run.
    pub(crate) gives_way: bool,
    /// The phase that its stored summary tells.
    pub(crate) summarised: &'static str,
    /// Rollouts that somebody was told to look after.
    pub(crate) conducted: BTreeSet<Claim>,
    /// Whether its keeper is being asked what became of its acts.
    pub(crate) asking: bool,
    /// When to ask again after its silent keeper.
    pub(crate) ask_fates_at: Option<Timestamp>,
}

impl<J: Journal, L: Lease, W: World, C: Clock> Node<J, L, W, C> {
    /// A node that executes nothing yet.
    pub fn new(journal: J, leases: L, world: W, clock: C, settings: Settings) -> Self {
        Node {
            journal,
            leases,
            world,
            clock,
            settings,
            runs: BTreeMap::new(),
            timers: Timers::default(),
            ready: Vec::new(),
            ended: Vec::new(),
            stopping: false,
        }
    }

    /// A run that is executed here.
    pub fn run(&self, run: RunId) -> Option<&Run> {
        self.runs.get(&run).map(|active| &active.run)
    }

    /// All runs that are executed here, in the order of their making.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.runs.values().map(|active| &active.run)
    }

    /// Runs that ended here since this was last called.
    pub fn take_ended(&mut self) -> Vec<Run> {
        std::mem::take(&mut self.ended)
    }

    /// Whether it was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// The journal.
    pub fn journal(&self) -> &J {
        &self.journal
    }

    /// The outside.
    pub fn world(&mut self) -> &mut W {
        &mut self.world
    }

    /// Whether a turn has something to do without waiting.
    pub fn is_ready(&self) -> bool {
        !self.ready.is_empty() || self.timers.sleep(self.clock.now()) == Some(Duration::ZERO)
    }

    /// Waits until something happens, at most `longest`, and does what follows from it. An error ends the process: what is in
    /// memory may be ahead of the journal and must not be used any more.
    pub fn turn(&mut self, longest: Option<Duration>, observer: &mut dyn Observer) -> Result<(), NodeError> {
        let mut wakes = std::mem::take(&mut self.ready);
        let wait = if wakes.is_empty() { self.patience(longest) } else { Some(Duration::ZERO) };
        wakes.extend(self.world.wakes(wait));
        let now = self.clock.now();
        let mut batch = Batch::default();
        // Commands first: a cancel that came together with an outcome is heard before the next act is intended.
        let (told, others): (Vec<Wake>, Vec<Wake>) = wakes.into_iter().partition(|wake| matches!(wake, Wake::Told(_)));
        let mut asked = Vec::new();
        let mut lost = BTreeSet::new();
        for wake in told.into_iter().chain(others) {
            match wake {
                Wake::Asked(request, actor, reply) => asked.push((request, actor, reply)),
                Wake::KeeperLost { run } => drop(lost.insert(run)),
                wake => self.absorb(wake, now, &mut batch, observer)?,
            }
        }
        for run in self.timers.due(now) {
            self.timer_fired(run, now, &mut batch)?;
            lost.extend(self.is_to_be_asked(run, now).then_some(run));
        }
        self.settle_own(batch, observer)?;
        // Asking a keeper makes its answer final, so only acts whose intent is durable may be asked after.
        for run in lost {
            self.keeper_lost(run);
        }
        // Requests may commit by themselves, so nothing else may be waiting for its commit.
        for (request, actor, reply) in asked {
            self.asked(*request, actor, reply, observer)?;
        }
        Ok(())
    }

    fn patience(&self, longest: Option<Duration>) -> Option<Duration> {
        match (self.timers.sleep(self.clock.now()), longest) {
            (Some(timer), Some(longest)) => Some(timer.min(longest)),
            (timer, longest) => timer.or(longest),
        }
    }
}
