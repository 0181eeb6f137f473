//! Looking after one rollout, step by step: waits for its service, begins or goes on, looks again and again.
//!
//! The caller does: bring the wakes to the loop and the loop's words here, and wait as long as it is told. A thread does so with the
//! machine's clock (`thread`), the simulation with its own.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use callsheet_base::{RunId, Timestamp};
use callsheet_engine::{Claim, Exit, RunRollout};
use callsheet_journal::LeaseHolder;
use callsheet_journal_sqlite::FileLock;
use callsheet_releases::Store;
use callsheet_rollout::Phase;
use callsheet_traffic::Slice;

use super::{Beginning, Conductor, Grounds, Site, Turn};
use crate::wake::{ActEnd, Captured, RolloutReport, Wake};

/// Between two looks while traffic moves or is judged.
const LOOK: Duration = Duration::from_millis(150);
/// Between two looks while nothing but time passes.
const LOOK_SELDOM: Duration = Duration::from_secs(1);
/// Between two looks at whether the service is free.
const LOOK_AT_LOCK: Duration = Duration::from_millis(50);
/// The loop answers a report within this time, or it is told again.
const ANSWER: Duration = Duration::from_secs(5);

/// What is to be looked after.
pub struct Charge {
    /// What, and where.
    pub site: Site,
    /// The state folder.
    pub state: PathBuf,
    /// Who runs instances and moves traffic.
    pub grounds: Arc<dyn Grounds>,
    /// Who takes the service's lock.
    pub holder: LeaseHolder,
    /// Who is recorded as having registered a release.
    pub who: String,
    /// A rollout that began before, and what its judge was fed with; `None`: it is to begin.
    pub stands: Option<(RunRollout, Vec<Slice>)>,
}

/// What the loop says.
pub enum Word {
    /// The rollout stands so now.
    Stands(Box<RunRollout>),
    /// Somebody else looks after it from here, or nobody.
    Stop,
}

/// What came of one step.
pub struct Tended {
    /// For the loop.
    pub wakes: Vec<Wake>,
    /// When to step again, if the loop says nothing before; `None`: only when it says something.
    pub wait: Option<Duration>,
}

/// Looks after one rollout. Dropped, it lets the service go.
pub struct Tending {
    run: RunId,
    claim: Claim,
    at: At,
    /// The trouble that was told last: told once.
    told: String,
}

enum At {
    /// Another conductor has the service. Leaves when it lets it go.
    Queued(Box<Charge>),
    /// The driver does not answer after a restart, and the rollout waits for it.
    Closed(Box<Charge>, FileLock),
    /// The plan is with the loop. Leaves with its word.
    Begun(Box<Conductor>, FileLock),
    /// Leaves when the rollout is over.
    Looking(Box<Conductor>, Box<RunRollout>, FileLock),
    /// Never left.
    Over,
}

// === impl Tended ===

impl Tended {
    fn after(wait: Duration) -> Tended {
        Tended { wakes: Vec::new(), wait: Some(wait) }
    }

    fn nothing() -> Tended {
        Tended { wakes: Vec::new(), wait: None }
    }
}

// === impl Tending ===

impl Tending {
    /// Not begun yet: [`Tending::step`] does.
    pub fn of(charge: Charge) -> Tending {
        let (run, claim) = (charge.site.run, charge.site.claim);
        Tending { run, claim, at: At::Queued(Box::new(charge)), told: String::new() }
    }

    /// Whether nothing is left to do: the service is let go.
    pub fn is_over(&self) -> bool {
        matches!(self.at, At::Over)
    }

    /// Takes in the loop's word, if there is one, and does one thing: may block for some seconds.
    pub fn step(&mut self, word: Option<Word>, now: Timestamp) -> Tended {
        match word {
            Some(Word::Stop) => {
                self.leave(now);
                return Tended::nothing();
            }
            Some(Word::Stands(newer)) => self.hear(newer),
            None => {}
        }
        let (at, tended) = match std::mem::replace(&mut self.at, At::Over) {
            At::Queued(charge) => self.queue(charge),
            At::Closed(charge, lock) if charge.stands.is_none() => self.begin(*charge, lock, now),
            At::Closed(charge, lock) => self.open_again(charge, lock),
            At::Begun(conductor, lock) => (At::Begun(conductor, lock), Tended::nothing()),
            At::Looking(_, stands, _) if stands.is_over() => (At::Over, Tended::nothing()),
            At::Looking(mut conductor, stands, lock) => {
                let tended = self.look(&mut conductor, &stands, now);
                (At::Looking(conductor, stands, lock), tended)
            }
            At::Over => (At::Over, Tended::nothing()),
        };
        self.at = at;
        tended
    }

    /// Whatever it waits for, how the rollout stands is known: an abort meanwhile is heeded from the first look on.
    fn hear(&mut self, newer: Box<RunRollout>) {
        self.at = match std::mem::replace(&mut self.at, At::Over) {
            At::Queued(mut charge) => {
                charge.hear(*newer);
                At::Queued(charge)
            }
            At::Closed(mut charge, lock) => {
                charge.hear(*newer);
                At::Closed(charge, lock)
            }
            At::Begun(mut conductor, lock) => {
                conductor.take_up(&newer.rollout, newer.began, &[]);
                At::Looking(conductor, newer, lock)
            }
            At::Looking(conductor, _, lock) => At::Looking(conductor, newer, lock),
            At::Over => At::Over,
        };
    }

    /// Whoever comes next finds in the books what runs.
    fn leave(&mut self, now: Timestamp) {
        if let At::Looking(mut conductor, stands, _lock) = std::mem::replace(&mut self.at, At::Over)
            && let Err(why) = conductor.keep_books(&stands.rollout, now)
        {
            tracing::warn!(run = %self.run.short(), why, "what runs now is not written down");
        }
    }

    /// The service is one conductor's alone, whichever process it is in. The one before lets it go when its run gives way.
    fn queue(&mut self, charge: Box<Charge>) -> (At, Tended) {
        if charge.stands.as_ref().is_some_and(|(stands, _)| stands.is_over()) {
            return (At::Over, Tended::nothing());
        }
        let path = charge.lock_path();
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        match folder.and_then(|()| FileLock::try_take(&path, &charge.holder)) {
            Ok(Ok(lock)) => {
                self.told.clear();
                return (At::Closed(charge, lock), Tended::after(Duration::ZERO));
            }
            Ok(Err(other)) if self.told.is_empty() => {
                tracing::info!(lock = %path.display(), pid = other.pid, "waiting for the service's last conductor");
                "it is another's".clone_into(&mut self.told);
            }
            Ok(Err(_)) => {}
            Err(error) => self.warn(&error.to_string(), "the service cannot be taken"),
        }
        (At::Queued(charge), Tended::after(LOOK_AT_LOCK))
    }

    /// Hands the plan in, or ends the act.
    fn begin(&self, charge: Charge, lock: FileLock, now: Timestamp) -> (At, Tended) {
        let (run, claim) = (self.run, self.claim);
        let store = Store::new(&charge.state);
        let began = Conductor::open(charge.site, store, charge.grounds)
            .and_then(|mut conductor| Ok((conductor.begin(&charge.who, now)?, conductor)));
        let end = |exit: Exit, text: String| {
            let mut end = ActEnd::bare(exit);
            end.output = Captured::Inline { bytes: text.into_bytes(), left_out: 0 };
            Wake::Ended { run, claim, end: Box::new(end) }
        };
        let (at, wake) = match began {
            Err(why) => (At::Over, end(Exit::Error(why), String::new())),
            Ok((Beginning::AsWanted(what), _)) => (At::Over, end(Exit::Released, format!("{what}\n"))),
            Ok((Beginning::Rollout(plan), conductor)) => {
                (At::Begun(Box::new(conductor), lock), Wake::RolloutBegins { run, claim, plan })
            }
        };
        (at, Tended { wakes: vec![wake], wait: None })
    }

    /// After a restart: the driver may need its time, but the rollout waits for it.
    fn open_again(&mut self, charge: Box<Charge>, lock: FileLock) -> (At, Tended) {
        let Site { order, environment, .. } = &charge.site;
        let driver = match charge.grounds.driver(order, environment) {
            Ok(driver) => driver,
            Err(why) => {
                self.warn(&why, "the release cannot be looked after");
                return (At::Closed(charge, lock), Tended::after(LOOK_SELDOM));
            }
        };
        let Charge { site, state, grounds, stands, .. } = *charge;
        let Some((stands, slices)) = stands else { return (At::Over, Tended::nothing()) };
        let mut conductor = Conductor::with(site, Store::new(&state), grounds, driver);
        conductor.take_up(&stands.rollout, stands.began, &slices);
        self.told.clear();
        (At::Looking(Box::new(conductor), Box::new(stands), lock), Tended::after(Duration::ZERO))
    }

    fn look(&mut self, conductor: &mut Conductor, stands: &RunRollout, now: Timestamp) -> Tended {
        match conductor.turn(&stands.rollout, now) {
            Ok(turn) => {
                self.told.clear();
                self.report(turn, stands)
            }
            Err(why) => {
                self.warn(&why, "the rollout does not get on");
                Tended::after(LOOK_SELDOM)
            }
        }
    }

    /// For the loop, and how long to wait for its word.
    fn report(&self, turn: Turn, stands: &RunRollout) -> Tended {
        let watches = matches!(stands.rollout.phase(), Phase::Observing { .. });
        let wait = match turn.happened {
            Some(_) => ANSWER,
            None if watches || matches!(stands.rollout.phase(), Phase::Soaking { .. }) => LOOK_SELDOM,
            None => LOOK,
        };
        let mut tended = Tended::after(wait);
        // While it only watches, a newer run may have taken the service: the loop looks.
        if turn.happened.is_some() || !turn.slices.is_empty() || watches {
            let report = RolloutReport { after: stands.events, happened: turn.happened, slices: turn.slices };
            tended.wakes.push(Wake::Rollout { run: self.run, claim: self.claim, report: Box::new(report) });
        }
        tended
    }

    /// Says a trouble once, until there is another.
    fn warn(&mut self, why: &str, what: &str) {
        if why != self.told {
            tracing::warn!(run = %self.run.short(), why, "{what}");
            why.clone_into(&mut self.told);
        }
    }
}

// === impl Charge ===

impl Charge {
    fn hear(&mut self, newer: RunRollout) {
        let slices = self.stands.take().map_or_else(Vec::new, |(_, slices)| slices);
        self.stands = Some((newer, slices));
    }

    fn lock_path(&self) -> PathBuf {
        self.state.join("services").join(format!("{}.{}", self.site.order.service, self.site.environment))
    }
}
