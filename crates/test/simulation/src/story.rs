//! One story: one run, as many processes as it takes, and everything that can happen to them.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use callsheet_access::People;
use callsheet_base::{BootId, RunId, Timestamp};
use callsheet_engine::{Adopted, Run};
use callsheet_journal::{Journal, LeaseHolder};
use callsheet_node::{AdmitError, NewRun, Node, NodeError, Settings, Surroundings, Takeover, Unobserved, Wake, replay};
use callsheet_plan::Plan;
use callsheet_testkit::{Fault, MemoryJournal, MemoryLeases, SimClock, person};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::invariants;
use crate::keepers::Keepers;
use crate::people::{self, Acknowledged};
use crate::procedure;
use crate::world::{Outer, ScriptedWorld, Shared, StoryClock, lock};

/// What happened in stories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Processes that decided a run.
    pub lives: u64,
    /// Commits.
    pub commits: u64,
    /// Records.
    pub records: u64,
    /// Executions of shell acts.
    pub acts: u64,
    /// Acts in doubt.
    pub doubts: u64,
    /// Runs that were cancelled.
    pub cancelled: u64,
}

/// A story that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its seed: tells the same story again.
    pub seed: u64,
    /// What should not be.
    pub what: String,
    /// What happened, in order.
    pub schedule: Vec<String>,
}

type SimNode = Node<MemoryJournal, MemoryLeases, ScriptedWorld, StoryClock>;

/// After so many turns everything bad ends, and the story must come to its end within as many again.
const WILD_TURNS: u64 = 90;
const ALL_TURNS: u64 = 700;

/// Everything that outlives a process.
struct Stage {
    run: RunId,
    plan: Arc<Plan>,
    journal: MemoryJournal,
    leases: MemoryLeases,
    clock: SimClock,
    outer: Shared,
    acknowledged: Acknowledged,
    lives: u32,
    turns: u64,
}

/// Tells the story of `seed`.
pub fn tell(seed: u64) -> Result<Tally, Failure> {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut stage = Stage::new(&mut dice);
    let told = stage.play();
    let broken = lock(&stage.outer).broken.first().cloned();
    let checked = match (told, broken) {
        (_, Some(broken)) => Err(broken),
        (Err(what), None) => Err(what),
        (Ok(run), None) => stage.check(&run).map(|()| run),
    };
    let outer = lock(&stage.outer);
    match checked {
        Err(what) => Err(Failure { seed, what, schedule: outer.log.clone() }),
        Ok(run) => {
            let records = stage.journal.head(stage.run).map(|head| head.seq).unwrap_or_default();
            let doubts = invariants::doubts(&stage.journal, stage.run);
            Ok(Tally {
                lives: u64::from(stage.lives),
                commits: stage.journal.commits(),
                records,
                acts: outer.keepers.executed.len() as u64,
                doubts,
                cancelled: u64::from(run.phase_word() == "cancelled"),
            })
        }
    }
}

impl Stage {
    fn new(dice: &mut StdRng) -> Stage {
        let plan = Arc::new(procedure::random(dice));
        let clock = SimClock::default();
        let run = RunId::new(clock.now(), dice.random());
        let outer = Outer {
            dice: StdRng::seed_from_u64(dice.random()),
            keepers: Keepers::default(),
            messages: Default::default(),
            tick: 0,
            calm: false,
            dead: false,
            broken: Vec::new(),
            log: Vec::new(),
        };
        Stage {
            run,
            plan,
            journal: MemoryJournal::new(),
            leases: MemoryLeases::new(holder(0)),
            clock,
            outer: Arc::new(Mutex::new(outer)),
            acknowledged: Acknowledged::default(),
            lives: 0,
            turns: 0,
        }
    }

    /// Process after process, until the run is over.
    fn play(&mut self) -> Result<Run, String> {
        while self.turns < ALL_TURNS {
            self.turns += 1;
            self.lives += 1;
            let pid = self.lives;
            lock(&self.outer).dead = false;
            let leases = self.leases.process(holder(pid));
            let ended = self.live(pid, leases.clone());
            leases.die();
            if let Some(run) = ended? {
                return Ok(run);
            }
        }
        Err(format!("the run does not come to its end: {}", self.phase()))
    }

    fn phase(&self) -> String {
        let replayed = replay(&self.journal, self.run, |_, _, _| {}).ok().flatten();
        replayed.map_or("no record".to_owned(), |replayed| {
            format!("{} {:?}", replayed.run.phase_word(), replayed.run.open_steps().collect::<Vec<_>>())
        })
    }

    /// One process. `Some`: the run is over.
    fn live(&mut self, pid: u32, leases: MemoryLeases) -> Result<Option<Run>, String> {
        let mut node = self.node(pid, leases);
        self.log(format!("process {pid} begins"));
        self.bad_disk();
        if !self.enter(&mut node)? {
            return Ok(self.over());
        }
        while self.turns < ALL_TURNS {
            self.turns += 1;
            if lock(&self.outer).dead {
                return Ok(self.over());
            }
            if let Some(run) = node.take_ended().pop() {
                return Ok(Some(run));
            }
            self.happen(&mut node, pid)?;
            self.bad_disk();
            match node.turn(Some(Duration::from_secs(5)), &mut Unobserved) {
                Ok(()) => {}
                Err(NodeError::Journal(error)) => {
                    self.log(format!("process {pid} ends: {error}"));
                    return Ok(self.over());
                }
                Err(error) => return Err(format!("the loop failed: {error:?}")),
            }
        }
        Ok(None)
    }

    /// Creates the run, or takes it over. `false`: this process does not execute it.
    fn enter(&self, node: &mut SimNode) -> Result<bool, String> {
        let exists = self.journal.head(self.run).is_ok_and(|head| head.seq > 0);
        let entered = if exists {
            node.take_over(self.run, Takeover::default(), &mut Unobserved)
        } else {
            let new = NewRun {
                id: self.run,
                plan: self.plan.clone(),
                runbook: "runbook".to_owned(),
                actor: person("operator"),
                why: "a story".to_owned(),
                surroundings: Surroundings::default(),
            };
            node.start(new, &mut Unobserved).map(|_| true)
        };
        match entered {
            Ok(here) => Ok(here),
            Err(AdmitError::Node(NodeError::Journal(error))) => {
                self.log(format!("ends while entering: {error}"));
                Ok(false)
            }
            Err(AdmitError::FateUnknown { .. }) => Ok(false),
            Err(error) => Err(format!("the run is not taken: {error:?}")),
        }
    }

    /// What happens between two turns.
    fn happen(&mut self, node: &mut SimNode, pid: u32) -> Result<(), String> {
        let outer = self.outer.clone();
        let mut outer = lock(&outer);
        outer.calm |= self.turns > WILD_TURNS;
        let calm = outer.calm;
        if let Some(run) = node.run(self.run)
            && let Some(told) = people::say(run, &mut outer.dice, calm, &self.acknowledged)
        {
            outer.log.push(format!("{} says {:?}", told.actor.name, told.command));
            node.world().inbox.push(Wake::Told(told));
        }
        if outer.bad_luck(25) {
            let seconds = outer.dice.random_range(-7200..7200);
            outer.log.push(format!("the clock jumps by {seconds} s"));
            self.clock.jump(shifted(self.clock.now(), seconds));
        }
        if outer.bad_luck(30) {
            outer.log.push("the keeper dies".to_owned());
            outer.keepers.die();
            node.world().inbox.push(Wake::KeeperLost { run: self.run });
        }
        if outer.bad_luck(40) {
            outer.log.push("the machine reboots".to_owned());
            outer.keepers.die();
            outer.dead = true;
        }
        if outer.bad_luck(30) {
            outer.log.push(format!("process {pid} is killed"));
            outer.dead = true;
        }
        let rival = outer.bad_luck(15);
        drop(outer);
        if rival { self.rival(pid) } else { Ok(()) }
    }

    /// Another process wants the run while this one has it.
    fn rival(&self, pid: u32) -> Result<(), String> {
        let decided = self.leases.process(holder(pid));
        let mut rival = self.node(pid + 1_000_000, self.leases.process(holder(pid + 1_000_000)));
        match rival.take_over(self.run, Takeover::default(), &mut Unobserved) {
            Err(AdmitError::Held { holder, .. }) if holder.pid == pid => Ok(()),
            // The run is over, or was never created: nobody holds it.
            _ if rival.run(self.run).is_none() => Ok(()),
            other => Err(format!("two processes decide one run ({decided:?}): {other:?}")),
        }
    }

    fn bad_disk(&self) {
        let mut outer = lock(&self.outer);
        if outer.bad_luck(25) {
            let fault = [Fault::Full, Fault::Busy, Fault::WrittenButLost][outer.dice.random_range(0..3)];
            outer.log.push(format!("the next commit meets {fault:?}"));
            self.journal.fail_after(0, fault);
        }
    }

    fn node(&self, pid: u32, leases: MemoryLeases) -> SimNode {
        let world = ScriptedWorld {
            outer: self.outer.clone(),
            clock: self.clock.clone(),
            journal: self.journal.clone(),
            run: self.run,
            inbox: Vec::new(),
            sending: Vec::new(),
        };
        let LeaseHolder { boot, role, .. } = holder(pid);
        let settings = Settings {
            executor: Adopted { pid, boot, role },
            people: People::default(),
            version: "0".to_owned(),
            takes_over: false,
        };
        Node::new(self.journal.clone(), leases, world, StoryClock(self.clock.clone()), settings)
    }

    /// The run as the journal tells it, if it is over.
    fn over(&self) -> Option<Run> {
        let replayed = replay(&self.journal, self.run, |_, _, _| {}).ok().flatten()?;
        replayed.run.result().map(|_| replayed.run)
    }

    fn check(&self, run: &Run) -> Result<(), String> {
        let outer = lock(&self.outer);
        invariants::check(&self.journal, &self.leases, run, &outer, &self.acknowledged)
    }

    fn log(&self, line: String) {
        lock(&self.outer).log.push(line);
    }
}

fn holder(pid: u32) -> LeaseHolder {
    LeaseHolder { pid, boot: BootId("boot".to_owned()), role: "run".to_owned() }
}

fn shifted(now: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(now.as_second() + seconds).unwrap_or(now)
}

impl Tally {
    /// Adds another story's.
    pub fn add(&mut self, other: &Tally) {
        self.lives += other.lives;
        self.commits += other.commits;
        self.records += other.records;
        self.acts += other.acts;
        self.doubts += other.doubts;
        self.cancelled += other.cancelled;
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}: {}", self.seed, self.what)?;
        for line in &self.schedule {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}
