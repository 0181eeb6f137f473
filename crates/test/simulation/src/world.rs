//! The scripted world: what outlives a process ([`Outer`]) and one process's view of it ([`ScriptedWorld`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callsheet_base::RunId;
use callsheet_engine::{Claim, Exit, Run, RunResult};
use callsheet_node::{ActEnd, Captured, Clock, Deed, Fate, Surroundings, Wake, World};
use callsheet_plan::Plan;
use callsheet_testkit::SimClock;
use rand::Rng;
use rand::rngs::StdRng;

use crate::audit::Audit;
use crate::keepers::{Keepers, Said};
use crate::releases::{Conductors, Hands, Setting, Town};

/// What outlives a process.
pub(crate) struct Outer {
    pub(crate) dice: StdRng,
    pub(crate) keepers: BTreeMap<RunId, Keepers>,
    /// Which process listens to a run's keeper.
    pub(crate) links: BTreeMap<RunId, u32>,
    /// What keepers have told a process and it has not read yet.
    pub(crate) mail: BTreeMap<u32, Vec<Mail>>,
    /// Messages taken, by key: how often.
    pub(crate) messages: BTreeMap<String, u32>,
    /// Goes up by one with each turn of the story.
    pub(crate) tick: u64,
    /// No crash, fault or jump from here on: the story must come to its end.
    pub(crate) calm: bool,
    /// Processes that are dead: nothing they still do has any effect.
    pub(crate) dead: BTreeSet<u32>,
    /// The disk is full before this tick.
    pub(crate) full_until: u64,
    /// Commits that wrote to several runs.
    pub(crate) together: u64,
    pub(crate) audit: Audit,
    /// Where releases are brought out.
    pub(crate) town: Town,
    /// What went wrong with the world's own rules.
    pub(crate) broken: Vec<String>,
    /// What happened, for the person who reads a failure.
    pub(crate) log: Vec<String>,
}

/// What a keeper tells.
#[derive(Clone, Debug)]
pub(crate) enum Mail {
    Ended(RunId, Claim, Exit),
    Lost(RunId),
}

pub(crate) type Shared = Arc<Mutex<Outer>>;

/// The clock of the simulation, as the node wants it.
#[derive(Clone)]
pub(crate) struct StoryClock(pub(crate) SimClock);

/// One process's view of the world.
pub(crate) struct ScriptedWorld {
    pub(crate) pid: u32,
    pub(crate) outer: Shared,
    pub(crate) clock: SimClock,
    /// Wakes that wait for this process; lost when it dies.
    pub(crate) inbox: Vec<Wake>,
    /// Messages on their way: delivered at this tick.
    sending: Vec<(u64, RunId, Claim)>,
    /// Keepers that are being asked: they answer at this tick.
    asking: Vec<(u64, RunId, Vec<Claim>)>,
    /// Whoever looks after rollouts in this process.
    conductors: Conductors,
}

impl Clock for StoryClock {
    fn now(&self) -> callsheet_base::Timestamp {
        self.0.now()
    }
}

// === impl Outer ===

impl Outer {
    pub(crate) fn new(dice: StdRng) -> Outer {
        Outer {
            dice,
            keepers: BTreeMap::new(),
            links: BTreeMap::new(),
            mail: BTreeMap::new(),
            messages: BTreeMap::new(),
            tick: 0,
            calm: false,
            dead: BTreeSet::new(),
            full_until: 0,
            together: 0,
            audit: Audit::default(),
            town: Town::default(),
            broken: Vec::new(),
            log: Vec::new(),
        }
    }

    /// Whether something bad happens now, once in `odds`.
    pub(crate) fn bad_luck(&mut self, odds: u32) -> bool {
        !self.calm && self.dice.random_ratio(1, odds)
    }

    /// Whether something happens now, once in `odds`; surely where the story is to end.
    pub(crate) fn by_chance(&mut self, odds: u32) -> bool {
        self.calm || self.dice.random_ratio(1, odds)
    }

    pub(crate) fn kill(&mut self, pid: u32, why: String) {
        self.log.push(format!("process {pid} dies {why}"));
        self.dead.insert(pid);
    }

    /// The run's keeper dies; who listens hears of it.
    pub(crate) fn kill_keeper(&mut self, run: RunId) {
        self.log.push(format!("{}: the keeper dies", run.short()));
        self.keepers.entry(run).or_default().die();
        if let Some(pid) = self.links.remove(&run) {
            self.mail.entry(pid).or_default().push(Mail::Lost(run));
        }
    }

    /// Some time goes by, for everything there is.
    pub(crate) fn later(&mut self, clock: &SimClock, by: callsheet_base::Duration) {
        let now = clock.advance(by);
        self.town.pass(by, now);
    }

    /// Time goes by: acts end, and who listens hears of it.
    pub(crate) fn pass(&mut self) {
        self.tick += 1;
        for (run, keepers) in &mut self.keepers {
            for (claim, exit) in keepers.ends(self.tick) {
                self.log.push(format!("{}: {claim} ends as {exit:?}", run.short()));
                if let Some(pid) = self.links.get(run) {
                    self.mail.entry(*pid).or_default().push(Mail::Ended(*run, claim, exit));
                }
            }
        }
    }

    /// How long a process sleeps that has nothing to do: until its conductors' next look, mostly, ms.
    fn pause(&mut self, due: Option<u64>, waited: Duration) -> u64 {
        let next = due.map_or(400, |due| due.saturating_sub(self.town.elapsed));
        let next = next.min(waited.as_millis() as u64).clamp(10, 1_000);
        let slow = self.bad_luck(50);
        if slow { self.dice.random_range(1_000..20_000) } else { next }
    }

    /// Opens a town for releases; its folder goes with what is returned.
    pub(crate) fn open_town(&mut self, dice: &mut StdRng) -> tempfile::TempDir {
        // In memory where there is a place for it: nothing of it need outlive the machine.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a temporary folder");
        Setting::write(folder.path()).expect("the folder can be written to");
        self.town.folder = Some(folder.path().to_owned());
        self.town.characters = Setting::characters(dice);
        self.town.steady = dice.random_ratio(1, 4);
        folder
    }

    fn exit(&mut self) -> Exit {
        match self.dice.random_range(0..12) {
            0 => Exit::Status(1),
            1 => Exit::Signal(9),
            2 if !self.calm => Exit::TimedOut,
            _ => Exit::Status(0),
        }
    }

    /// Nothing may be done before its intent is durable, nor after it was given up.
    fn check_intent(&mut self, run: RunId, claim: Claim) {
        if !self.audit.is_intended(run, claim) {
            self.broken.push(format!("run {}: act {claim} was performed, but no intent of it stands", run.short()));
        }
    }
}

pub(crate) fn lock(outer: &Shared) -> MutexGuard<'_, Outer> {
    outer.lock().unwrap_or_else(PoisonError::into_inner)
}

// === impl ScriptedWorld ===

impl ScriptedWorld {
    pub(crate) fn new(pid: u32, outer: Shared, clock: SimClock) -> ScriptedWorld {
        ScriptedWorld {
            pid,
            outer,
            clock,
            inbox: Vec::new(),
            sending: Vec::new(),
            asking: Vec::new(),
            conductors: Conductors::default(),
        }
    }

    /// Whether this process is dead, perhaps since just now: once in `odds`.
    fn dies(&self, outer: &mut Outer, odds: u32, when: &str, claim: Claim) -> bool {
        if !outer.dead.contains(&self.pid) && outer.bad_luck(odds) {
            outer.kill(self.pid, format!("{when} {claim}"));
        }
        outer.dead.contains(&self.pid)
    }

    /// Its process ends: in order, services are let go with their books kept, or at once.
    pub(crate) fn end(&mut self, dead: bool) {
        let conductors = std::mem::take(&mut self.conductors);
        if !dead {
            { conductors }.stop(None, self.clock.now());
        }
    }

    fn start(&mut self, run: RunId, claim: Claim) {
        let mut outer = lock(&self.outer);
        if self.dies(&mut outer, 14, "before it starts", claim) {
            return;
        }
        outer.check_intent(run, claim);
        let until = outer.tick + outer.dice.random_range(0..8);
        let exit = outer.exit();
        outer.links.insert(run, self.pid);
        outer.log.push(format!("{}: starts {claim}, which will end as {exit:?}", run.short()));
        if !outer.keepers.entry(run).or_default().start(claim, until, exit) {
            outer.broken.push(format!("run {}: act {claim} was started twice", run.short()));
        }
        self.dies(&mut outer, 14, "after it started", claim);
    }

    fn send(&mut self, run: RunId, claim: Claim, key: String, immediate: bool) -> Option<Wake> {
        let mut outer = lock(&self.outer);
        if self.dies(&mut outer, 15, "before it sends", claim) {
            return None;
        }
        outer.check_intent(run, claim);
        *outer.messages.entry(key).or_default() += 1;
        outer.log.push(format!("{}: sends {claim}", run.short()));
        if self.dies(&mut outer, 15, "after it sent", claim) {
            return None;
        }
        if immediate {
            return Some(ended(run, claim, Exit::Sent));
        }
        let arrives = outer.tick + outer.dice.random_range(1..6);
        self.sending.push((arrives, run, claim));
        None
    }

    fn cancel(&mut self, run: RunId, claim: Claim) {
        let mut outer = lock(&self.outer);
        // Only who listens to a keeper can talk to it.
        if !outer.dead.contains(&self.pid) && outer.links.get(&run) == Some(&self.pid) {
            outer.log.push(format!("{}: cancels {claim}", run.short()));
            let soon = outer.tick + 1;
            outer.keepers.entry(run).or_default().cancel(claim, soon);
        }
    }

    /// What the keeper says, or its log; it is listened to from here on.
    fn ask(&self, run: RunId, open: &[Claim]) -> Result<Vec<Fate>, String> {
        let mut outer = lock(&self.outer);
        if outer.dead.contains(&self.pid) {
            return Err("the process is dead".to_owned());
        }
        if outer.bad_luck(10) {
            outer.log.push(format!("{}: the keeper does not answer", run.short()));
            return Err("the keeper does not answer".to_owned());
        }
        outer.links.insert(run, self.pid);
        let keepers = outer.keepers.entry(run).or_default();
        let fates = open.iter().map(|claim| match keepers.recover(*claim) {
            Said::Burned => Fate::NotStarted { why: "never executed".to_owned() },
            Said::Running { .. } => Fate::Running,
            Said::Ended(exit) => Fate::Ended(Box::new(end(*claim, exit))),
            Said::Gone => Fate::Unknown { why: "the keeper is gone".to_owned() },
        });
        Ok(fates.collect())
    }

    fn found(&self, run: RunId, open: &[Claim]) -> Wake {
        let answer = self.ask(run, open).map(|fates| open.iter().copied().zip(fates).collect());
        Wake::FatesFound { run, answer }
    }

    /// What is due at this tick.
    fn arrived(&mut self, tick: u64) -> Vec<Wake> {
        let mut wakes = Vec::new();
        for (at, run, claim) in std::mem::take(&mut self.sending) {
            match at <= tick {
                true => wakes.push(ended(run, claim, Exit::Sent)),
                false => self.sending.push((at, run, claim)),
            }
        }
        for (at, run, open) in std::mem::take(&mut self.asking) {
            match at <= tick {
                true => wakes.push(self.found(run, &open)),
                false => self.asking.push((at, run, open)),
            }
        }
        wakes
    }
}

/// The end of an act, with output that names it.
fn end(claim: Claim, exit: Exit) -> ActEnd {
    let output = Captured::Inline { bytes: format!("output of {claim}").into_bytes(), left_out: 0 };
    ActEnd { output, shell: Some(claim.to_string()), ..ActEnd::bare(exit) }
}

fn ended(run: RunId, claim: Claim, exit: Exit) -> Wake {
    Wake::Ended { run, claim, end: Box::new(end(claim, exit)) }
}

impl World for ScriptedWorld {
    fn admit(&mut self, _: RunId, _: &Arc<Plan>, _: Option<Surroundings>) -> Vec<String> {
        Vec::new()
    }

    fn fates(&mut self, run: &Run, open: &[Claim], _: Duration) -> Result<Vec<Fate>, String> {
        self.ask(run.id(), open)
    }

    fn ask_fates(&mut self, run: &Run, open: &[Claim]) -> Option<Wake> {
        let (tick, later) = {
            let mut outer = lock(&self.outer);
            (outer.tick, outer.dice.random_range(0..5))
        };
        if later == 0 {
            return Some(self.found(run.id(), open));
        }
        self.asking.push((tick + later, run.id(), open.to_vec()));
        None
    }

    fn perform(&mut self, deed: Deed) -> Option<Wake> {
        match deed {
            Deed::Shell(order) => self.start(order.run, order.claim),
            Deed::Message(order) => return self.send(order.run, order.claim, order.key, order.channel == "terminal"),
            Deed::Target(order) => {
                let found = Ok(vec!["host here".to_owned()]);
                let dead = lock(&self.outer).dead.contains(&self.pid);
                return (!dead).then_some(Wake::TargetLooked { run: order.run, found });
            }
            Deed::Cancel { run, claim } => self.cancel(run, claim),
            Deed::Release(order) => {
                let (run, claim, outer, clock) = (order.run, order.claim, self.outer.clone(), self.clock.clone());
                self.conductors.release(*order, Hands { pid: self.pid, run, claim, outer, clock });
            }
        }
        None
    }

    fn dismiss(&mut self, run: RunId, _: Option<RunResult>) {
        self.conductors.stop(Some(run), self.clock.now());
        let mut outer = lock(&self.outer);
        if outer.links.get(&run) == Some(&self.pid) {
            outer.links.remove(&run);
        }
    }

    fn wakes(&mut self, wait: Option<Duration>) -> Vec<Wake> {
        let (tick, elapsed) = {
            let outer = lock(&self.outer);
            (outer.tick, outer.town.elapsed)
        };
        let mut wakes = std::mem::take(&mut self.inbox);
        wakes.extend(self.arrived(tick));
        wakes.extend(self.conductors.step(elapsed, self.clock.now()));
        let mut outer = lock(&self.outer);
        let mail = outer.mail.remove(&self.pid).unwrap_or_default();
        wakes.extend(mail.into_iter().map(|mail| match mail {
            Mail::Ended(run, claim, exit) => ended(run, claim, exit),
            Mail::Lost(run) => Wake::KeeperLost { run },
        }));
        if wakes.is_empty() {
            // Nobody waits in a simulation: the time is simply later now.
            let waited = wait.unwrap_or(Duration::from_secs(1)).max(Duration::from_millis(10));
            let ms = match outer.town.folder {
                Some(_) => outer.pause(self.conductors.due(), waited),
                None => waited.as_millis() as u64 * outer.dice.random_range(1..60),
            };
            outer.later(&self.clock, callsheet_base::Duration::from_millis(ms));
        }
        wakes
    }
}
