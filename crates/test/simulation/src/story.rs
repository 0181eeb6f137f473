//! One story: some runs, as many processes as it takes, and everything that can happen to them.

use std::sync::{Arc, Mutex, PoisonError};

use callsheet_access::People;
use callsheet_base::{Duration, RunId};
use callsheet_engine::{Run, RunResult};
use callsheet_node::{
    Answer, Recorded, Request, Said, StartRun, Surroundings, TellError, Told, Wake, record_unexecuted,
};
use callsheet_plan::Plan;
use callsheet_testkit::{MemoryJournal, MemoryLeases, SimClock, person};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;

use crate::invariants;
use crate::kind::Kind;
use crate::people::{self, Acknowledged, Words};
use crate::procedure;
use crate::process::{Machine, Process, Turned, holder};
use crate::releases::{self, Setting};
use crate::tally::{Failure, Tally};
use crate::world::{Outer, Shared, lock};

/// After so many turns, and so many more for each run, everything bad ends.
const WILD_TURNS: u64 = 70;
const WILD_TURNS_PER_RUN: u64 = 40;
/// Within so many turns for each run more, the story must come to its end.
const CALM_TURNS_PER_RUN: u64 = 900;
/// So long the town is left to itself before it is looked at.
const AFTERWARDS: Duration = Duration::from_secs(30);
/// More processes than this do not live at once.
const MOST_PROCESSES: usize = 4;

/// A run that somebody wants.
struct Wanted {
    id: RunId,
    plan: Arc<Plan>,
    /// Nobody asks for it before.
    from: u64,
    /// Nobody asks again before.
    again: u64,
}

/// Everything that outlives a process, and the processes that live.
pub(crate) struct Stage {
    pub(crate) kind: Kind,
    pub(crate) machine: Machine,
    pub(crate) outer: Shared,
    wanted: Vec<Wanted>,
    setting: Setting,
    /// Where releases are kept.
    _folder: Option<TempDir>,
    /// Commands go to a server where there is one.
    served: bool,
    pub(crate) processes: Vec<Process>,
    started: u32,
    locked: Arc<Mutex<u64>>,
    acknowledged: Acknowledged,
}

/// Tells the story of `seed`.
pub fn tell(kind: Kind, seed: u64) -> Result<Tally, Failure> {
    let mut stage = Stage::new(kind, &mut StdRng::seed_from_u64(seed));
    let told = stage.play();
    stage.processes.drain(..).for_each(Process::end);
    lock(&stage.outer).later(&stage.machine.clock, AFTERWARDS);
    let outer = lock(&stage.outer);
    let checked = match outer.broken.first() {
        Some(broken) => Err(broken.clone()),
        None => told.and_then(|()| stage.check(&outer)),
    };
    checked.map_err(|what| Failure { kind, seed, what, schedule: outer.log.clone() })?;
    Ok(stage.tally(&outer))
}

impl Stage {
    fn new(kind: Kind, dice: &mut StdRng) -> Stage {
        let clock = SimClock::default();
        let count = [1, 1, 2, 2, 2, 3, 4][dice.random_range(0..7)];
        let mut outer = Outer::new(StdRng::seed_from_u64(dice.random()));
        let (mut setting, mut folder) = (Setting::default(), None);
        if kind == Kind::Releases {
            setting = Setting::random(dice);
            folder = Some(outer.open_town(dice));
        }
        let wanted = (0..count).map(|number| {
            let id = RunId::new(clock.now(), dice.random());
            let plan = Arc::new(match kind {
                Kind::Runs => procedure::random(dice, if count > 2 { 4 } else { 7 }),
                Kind::Releases => releases::random(dice, &setting),
            });
            let from = if number == 0 { 0 } else { dice.random_range(0..60 * kind.longer()) };
            Wanted { id, plan, from, again: 0 }
        });
        let wanted: Vec<Wanted> = wanted.collect();
        wanted.iter().for_each(|wanted| outer.audit.expect(wanted.id, wanted.plan.clone()));
        let outer = Arc::new(Mutex::new(outer));
        let machine =
            Machine { store: MemoryJournal::new(), leases: MemoryLeases::new(holder(0)), clock, outer: outer.clone() };
        Stage {
            kind,
            machine,
            outer,
            wanted,
            setting,
            _folder: folder,
            served: dice.random_ratio(1, 2),
            processes: Vec::new(),
            started: 0,
            locked: Arc::default(),
            acknowledged: Acknowledged::default(),
        }
    }

    /// Turn after turn, until every run is over.
    fn play(&mut self) -> Result<(), String> {
        let runs = self.wanted.len() as u64;
        let wild = (WILD_TURNS + WILD_TURNS_PER_RUN * runs) * self.kind.longer();
        for turn in 0..wild + CALM_TURNS_PER_RUN * runs * self.kind.longer() {
            let over = {
                let mut outer = lock(&self.outer);
                outer.calm |= turn > wild;
                if turn == wild + 1 && self.kind == Kind::Releases {
                    // Whoever was set back waits as much longer; in the end somebody sets it right.
                    let right = Duration::from_millis(outer.town.elapsed).after(SimClock::default().now());
                    self.machine.clock.jump(right.max(self.machine.clock.now()));
                }
                outer.pass();
                if !outer.broken.is_empty() {
                    return Ok(());
                }
                self.wanted.iter().all(|wanted| outer.audit.run(wanted.id).is_some_and(|run| run.result().is_some()))
            };
            if over {
                return Ok(());
            }
            self.ask_for_runs()?;
            self.go_on()?;
            self.people_speak()?;
            self.misfortune();
            self.turn()?;
        }
        Err(format!("the runs do not come to their end: {}", self.phases()))
    }

    fn phases(&self) -> String {
        let outer = lock(&self.outer);
        let phase = |wanted: &Wanted| match outer.audit.run(wanted.id) {
            Some(run) => format!("{} {:?}", run.phase_word(), run.open_steps().collect::<Vec<_>>()),
            None => "not created".to_owned(),
        };
        self.wanted.iter().map(phase).collect::<Vec<_>>().join("; ")
    }

    /// One process does one turn; it may be its last.
    fn turn(&mut self) -> Result<(), String> {
        if self.processes.is_empty() {
            return Ok(());
        }
        let (at, dead) = {
            let mut outer = lock(&self.outer);
            let at = outer.dice.random_range(0..self.processes.len());
            (at, outer.dead.contains(&self.processes[at].pid))
        };
        let turned = self.processes[at].turn(dead)?;
        let leaves = self.processes[at].may_leave() && lock(&self.outer).bad_luck(6);
        if turned == Turned::Over || leaves {
            self.processes.remove(at).end();
        }
        Ok(())
    }

    // --- what is wanted ---

    /// Somebody asks for a run that is not there yet: a server, or a process of its own.
    fn ask_for_runs(&mut self) -> Result<(), String> {
        for at in 0..self.wanted.len() {
            let asks = {
                let mut outer = lock(&self.outer);
                let Wanted { id, from, again, .. } = self.wanted[at];
                let tick = outer.tick;
                outer.audit.run(id).is_none() && tick >= from.max(again) && outer.by_chance(3)
            };
            if asks && let Some(process) = self.somebody() {
                self.wanted[at].again = lock(&self.outer).tick + 12;
                let wake = self.start_request(at);
                self.processes[process].tell(wake);
            }
        }
        Ok(())
    }

    /// The server, or a new process, as commands find one.
    fn somebody(&mut self) -> Option<usize> {
        if self.served {
            return self.processes.iter().position(|process| process.serves);
        }
        self.new_process(false)
    }

    fn new_process(&mut self, serves: bool) -> Option<usize> {
        if self.processes.len() >= MOST_PROCESSES {
            return None;
        }
        self.started += 1;
        self.processes.push(self.machine.start(self.started, serves));
        Some(self.processes.len() - 1)
    }

    fn start_request(&self, at: usize) -> Wake {
        let Wanted { id, plan, .. } = &self.wanted[at];
        let (run, plan) = (*id, plan.to_json());
        let start = StartRun {
            run,
            plan,
            runbook: "runbook".to_owned(),
            why: "a story".to_owned(),
            surroundings: Surroundings::default(),
        };
        let (outer, locked) = (self.outer.clone(), self.locked.clone());
        let reply = move |answer| {
            let mut outer = lock(&outer);
            let created = outer.audit.run(run).is_some();
            outer.log.push(format!("{}: asked for, answered {answer:?}", run.short()));
            match answer {
                Answer::Started { .. } if created => {}
                Answer::Locked { .. } if !created => *locked.lock().unwrap_or_else(PoisonError::into_inner) += 1,
                Answer::Held { .. } => {}
                // The process is about to end; whoever asked asks again.
                Answer::Refused { .. } if !outer.calm => {}
                other => outer.broken.push(format!("a new run, created: {created}, was answered {other:?}")),
            }
        };
        Wake::Asked(Box::new(Request::Start(Box::new(start))), person("operator"), Box::new(reply))
    }

    /// Runs that nobody executes are taken over: by the server, or by whoever resumes them, sometimes two at once.
    fn go_on(&mut self) -> Result<(), String> {
        if self.served && !self.processes.iter().any(|process| process.serves) && lock(&self.outer).by_chance(3) {
            let Some(server) = self.new_process(true) else { return Ok(()) };
            let open = lock(&self.outer).audit.open();
            return open.into_iter().try_for_each(|run| self.take_over(server, run));
        }
        let open = lock(&self.outer).audit.open();
        for run in open {
            let executed = self.machine.leases.holder_of(run).is_some();
            let resumes = {
                let mut outer = lock(&self.outer);
                if executed { outer.bad_luck(60) } else { outer.by_chance(5) }
            };
            if resumes && let Some(process) = self.somebody() {
                self.take_over(process, run)?;
            }
        }
        Ok(())
    }

    fn take_over(&mut self, process: usize, run: RunId) -> Result<(), String> {
        let executed = self.processes.iter().position(|process| process.executes(run));
        let dead = lock(&self.outer).dead.clone();
        self.processes[process].take_over(run)?;
        if let Some(by) = executed
            && by != process
            && !dead.contains(&self.processes[by].pid)
            && self.processes[process].executes(run)
        {
            return Err(format!("two processes decide run {}", run.short()));
        }
        Ok(())
    }

    // --- people ---

    /// Somebody says something to some run, and it goes to whoever executes it.
    fn people_speak(&mut self) -> Result<(), String> {
        let kind = self.kind;
        let said = {
            let mut outer = lock(&self.outer);
            let open = outer.audit.open();
            if open.is_empty() {
                return Ok(());
            }
            let run = open[outer.dice.random_range(0..open.len())];
            let Outer { dice, audit, calm, .. } = &mut *outer;
            let Some(words) = audit.run(run).and_then(|run| say(kind, run, dice, *calm)) else { return Ok(()) };
            outer.log.push(format!("{}: {} says {:?}", run.short(), words.actor.name, words.command));
            words
        };
        let holder = self.machine.leases.holder_of(said.run).map(|holder| holder.pid);
        let process = match holder {
            Some(pid) => self.processes.iter().position(|process| process.pid == pid),
            None => self.processes.iter().position(|process| process.serves),
        };
        match process {
            Some(process) => {
                let wake = self.told(said);
                self.processes[process].tell(wake);
                Ok(())
            }
            // Its process is dead, but nobody has noticed yet.
            None if holder.is_some() => Ok(()),
            None => self.record(&said),
        }
    }

    /// From a prompt of the process's own, or over its socket.
    fn told(&self, words: Words) -> Wake {
        let prompt = lock(&self.outer).dice.random_ratio(1, 2);
        let reply = people::remember(&words, self.acknowledged.clone());
        let Words { run, command, actor } = words;
        let note = "said so".to_owned();
        match prompt {
            true => Wake::Told(Told { run, command, actor, note, reply }),
            false => Wake::Asked(Box::new(Request::Tell { run, command, note }), actor, reply),
        }
    }

    /// Nobody executes the run: the command itself writes it down.
    fn record(&mut self, words: &Words) -> Result<(), String> {
        self.started += 1;
        let pid = self.started;
        let mut leases = self.machine.leases.process(holder(pid));
        let said = Said {
            run: words.run,
            command: &words.command,
            actor: &words.actor,
            note: "said so",
            people: &People::default(),
            now: self.machine.clock.now(),
        };
        let recorded = record_unexecuted(&mut self.machine.journal(pid), &mut leases, &said);
        leases.die();
        match recorded {
            Ok(Some(Recorded { answer, ended })) => {
                lock(&self.outer).log.push(format!("{}: recorded, {answer:?}, {ended:?}", words.run.short()));
                people::remember(words, self.acknowledged.clone())(answer);
                Ok(())
            }
            Ok(None) => Err(format!("run {} is executed by nobody, yet its lease is held", words.run.short())),
            Err(TellError::Node(callsheet_node::NodeError::Journal(_))) => Ok(()),
            Err(error) => Err(format!("a command is not recorded: {error:?}")),
        }
    }

    // --- the end ---

    fn check(&self, outer: &Outer) -> Result<(), String> {
        invariants::check(&self.machine, outer, &self.acknowledged)?;
        releases::check(&self.machine.store, outer, &self.setting)
    }

    fn tally(&self, outer: &Outer) -> Tally {
        let replicas = || outer.audit.replicas.values();
        let [rollouts, promoted, judged, turned_back] = releases::endings(replicas().map(|replica| &replica.run));
        let counts = outer.town.counts;
        let ended_as = |result| replicas().filter(|replica| replica.run.result() == Some(result)).count() as u64;
        Tally {
            runs: self.wanted.len() as u64,
            processes: u64::from(self.started),
            commits: self.machine.store.commits(),
            together: outer.together,
            records: replicas().map(|replica| replica.records()).sum(),
            acts: outer.keepers.values().map(|keepers| keepers.executed.len() as u64).sum(),
            doubts: replicas().map(|replica| replica.doubts).sum(),
            locked: *self.locked.lock().unwrap_or_else(PoisonError::into_inner),
            superseded: ended_as(RunResult::Superseded),
            cancelled: ended_as(RunResult::Cancelled),
            rollouts,
            promoted,
            judged,
            turned_back,
            instances: counts.starts,
            routings: counts.routings,
            crashes: counts.crashes + counts.edge_crashes,
            leases: counts.leases,
        }
    }
}

fn say(kind: Kind, run: &Run, dice: &mut StdRng, calm: bool) -> Option<Words> {
    match kind {
        Kind::Runs => people::say(run, dice, calm, 14),
        Kind::Releases => releases::say(run, dice, calm).or_else(|| people::say(run, dice, calm, 400)),
    }
}
