//! The scripted world: what outlives a process ([`Outer`]) and one process's view of it ([`ScriptedWorld`]).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callsheet_base::RunId;
use callsheet_engine::{Claim, Event, Exit, Run, RunResult};
use callsheet_journal::Journal;
use callsheet_node::{ActEnd, Captured, Clock, Deed, Fate, Surroundings, Wake, World};
use callsheet_plan::Plan;
use callsheet_testkit::{MemoryJournal, SimClock};
use rand::Rng;
use rand::rngs::StdRng;

use crate::keepers::{Keepers, Said};

/// What outlives a process.
pub(crate) struct Outer {
    pub(crate) dice: StdRng,
    pub(crate) keepers: Keepers,
    /// Messages taken, by key: how often.
    pub(crate) messages: BTreeMap<String, u32>,
    /// Goes up by one each time a process waits.
    pub(crate) tick: u64,
    /// No crash, fault or jump from here on: the story must come to its end.
    pub(crate) calm: bool,
    /// The process is dead: nothing it still does has any effect.
    pub(crate) dead: bool,
    /// What went wrong with the world's own rules.
    pub(crate) broken: Vec<String>,
    /// What happened, for the person who reads a failure.
    pub(crate) log: Vec<String>,
}

pub(crate) type Shared = Arc<Mutex<Outer>>;

/// The clock of the simulation, as the node wants it.
#[derive(Clone)]
pub(crate) struct StoryClock(pub(crate) SimClock);

/// One process's view of the world.
pub(crate) struct ScriptedWorld {
    pub(crate) outer: Shared,
    pub(crate) clock: SimClock,
    pub(crate) journal: MemoryJournal,
    pub(crate) run: RunId,
    /// Wakes that wait for this process; lost when it dies.
    pub(crate) inbox: Vec<Wake>,
    /// Messages on their way: delivered at this tick.
    pub(crate) sending: Vec<(u64, Claim)>,
}

impl Clock for StoryClock {
    fn now(&self) -> callsheet_base::Timestamp {
        self.0.now()
    }
}

impl Outer {
    /// Whether something bad happens now, once in `odds`.
    pub(crate) fn bad_luck(&mut self, odds: u32) -> bool {
        !self.calm && self.dice.random_ratio(1, odds)
    }

    fn exit(&mut self) -> Exit {
        match self.dice.random_range(0..12) {
            0 => Exit::Status(1),
            1 => Exit::Signal(9),
            2 if !self.calm => Exit::TimedOut,
            _ => Exit::Status(0),
        }
    }
}

pub(crate) fn lock(outer: &Shared) -> MutexGuard<'_, Outer> {
    outer.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ScriptedWorld {
    /// Nothing may be done before its intent is durable.
    fn check_intent(&self, outer: &mut Outer, claim: Claim) {
        let records = self.journal.read(self.run, 0, usize::MAX).unwrap_or_default();
        let intended = records.iter().any(
            |record| matches!(Event::from_json(&record.body), Ok(Event::Intended { claim: found }) if found == claim),
        );
        if !intended {
            outer.broken.push(format!("act {claim} was performed before its intent was durable"));
        }
    }

    fn start(&mut self, claim: Claim) -> Option<Wake> {
        let outer = self.outer.clone();
        let mut outer = lock(&outer);
        if outer.bad_luck(12) {
            outer.dead = true;
            outer.log.push(format!("dies before it starts {claim}"));
        }
        if outer.dead {
            return None;
        }
        self.check_intent(&mut outer, claim);
        let until = outer.tick + outer.dice.random_range(0..6);
        let exit = outer.exit();
        if !outer.keepers.start(claim, until, exit.clone()) {
            outer.broken.push(format!("act {claim} was started twice"));
        }
        outer.log.push(format!("starts {claim}, which will end as {exit:?}"));
        if outer.bad_luck(12) {
            outer.dead = true;
            outer.log.push(format!("dies after it started {claim}"));
        }
        None
    }

    fn send(&mut self, claim: Claim, key: String, immediate: bool) -> Option<Wake> {
        let outer = self.outer.clone();
        let mut outer = lock(&outer);
        if outer.bad_luck(15) {
            outer.dead = true;
            outer.log.push(format!("dies before it sends {claim}"));
        }
        if outer.dead {
            return None;
        }
        self.check_intent(&mut outer, claim);
        *outer.messages.entry(key).or_default() += 1;
        outer.log.push(format!("sends {claim}"));
        if outer.bad_luck(15) {
            outer.dead = true;
            outer.log.push(format!("dies after it sent {claim}"));
            return None;
        }
        if immediate {
            return Some(self.ended(claim, Exit::Sent));
        }
        let arrives = outer.tick + outer.dice.random_range(1..4);
        self.sending.push((arrives, claim));
        None
    }

    fn ended(&self, claim: Claim, exit: Exit) -> Wake {
        Wake::Ended { run: self.run, claim, end: Box::new(end(claim, exit)) }
    }
}

/// The end of an act, with output that names it.
pub(crate) fn end(claim: Claim, exit: Exit) -> ActEnd {
    let output = Captured::Inline { bytes: format!("output of {claim}").into_bytes(), left_out: 0 };
    ActEnd { output, shell: Some(claim.to_string()), ..ActEnd::bare(exit) }
}

impl World for ScriptedWorld {
    fn admit(&mut self, _: RunId, _: &Arc<Plan>, _: Option<Surroundings>) -> Vec<String> {
        Vec::new()
    }

    fn fates(&mut self, _: &Run, open: &[Claim], _: Duration) -> Result<Vec<Fate>, String> {
        let mut outer = lock(&self.outer);
        if outer.bad_luck(10) {
            return Err("the keeper does not answer".to_owned());
        }
        let fates = open.iter().map(|claim| match outer.keepers.recover(*claim) {
            Said::Burned => Fate::NotStarted { why: "never executed".to_owned() },
            Said::Running { .. } => Fate::Running,
            Said::Ended(exit) => Fate::Ended(Box::new(end(*claim, exit))),
            Said::Gone => Fate::Unknown { why: "the keeper is gone".to_owned() },
        });
        Ok(fates.collect())
    }

    fn ask_fates(&mut self, run: &Run, open: &[Claim]) -> Option<Wake> {
        let answer = self.fates(run, open, Duration::ZERO).map(|fates| open.iter().copied().zip(fates).collect());
        Some(Wake::FatesFound { run: run.id(), answer })
    }

    fn perform(&mut self, deed: Deed) -> Option<Wake> {
        match deed {
            Deed::Shell(order) => self.start(order.claim),
            Deed::Message(order) => self.send(order.claim, order.key, order.channel == "terminal"),
            Deed::Target(order) => {
                let found = Ok(vec!["host here".to_owned()]);
                (!lock(&self.outer).dead).then_some(Wake::TargetLooked { run: order.run, found })
            }
            Deed::Cancel { claim, .. } => {
                let mut outer = lock(&self.outer);
                let tick = outer.tick;
                if !outer.dead {
                    outer.log.push(format!("cancels {claim}"));
                    outer.keepers.cancel(claim, tick + 1);
                }
                None
            }
        }
    }

    fn dismiss(&mut self, _: RunId, _: Option<RunResult>) {}

    fn wakes(&mut self, wait: Option<Duration>) -> Vec<Wake> {
        let outer = self.outer.clone();
        let mut outer = lock(&outer);
        outer.tick += 1;
        let tick = outer.tick;
        let mut wakes: Vec<Wake> = std::mem::take(&mut self.inbox);
        for (claim, exit) in outer.keepers.ends(tick) {
            outer.log.push(format!("{claim} ends as {exit:?}"));
            wakes.push(self.ended(claim, exit));
        }
        let (arrived, sending) = std::mem::take(&mut self.sending).into_iter().partition(|(at, _)| *at <= tick);
        self.sending = sending;
        let arrived: Vec<(u64, Claim)> = arrived;
        wakes.extend(arrived.into_iter().map(|(_, claim)| self.ended(claim, Exit::Sent)));
        if wakes.is_empty() {
            // Nobody waits in a simulation: the time is simply later now.
            let waited = wait.unwrap_or(Duration::from_secs(1)).max(Duration::from_millis(10));
            let factor = outer.dice.random_range(1..60);
            self.clock.advance(callsheet_base::Duration::from_millis(waited.as_millis() as u64 * factor));
        }
        wakes
    }
}
