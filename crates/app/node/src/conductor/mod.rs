//! Bringing a rollout about: looks at the world, says what happened, and does what the machine in `core/rollout` wants done.
//!
//! The caller does: record what [`Conductor::turn`] says happened, and call it again with the rollout as it stands then.
//! This module does: one look and at most one step each time. It is level-triggered: nothing that it remembers is needed to go on, so
//! a conductor that was killed is replaced by a new one that looks, too.
//!
//! ```text
//! driver.instances ─┐                       ┌─▶ happened: recorded before anything is done
//! edge.observe ─────┼─▶ World ─▶ decide ────┤
//! judge(slices) ────┤                       │
//! watch.seen ───────┘                       └─▶ effects: start, drain, stop instances; apply one routing
//! ```
//!
//! A blocking thing, so each has a thread of its own (`thread`), which steps through what a rollout needs (`tending`).

mod act;
mod begin;
mod explain;
mod grounds;
mod hindrance;
mod how;
mod judging;
mod look;
mod making;
mod routing;
mod schema;
mod secrets;
mod tending;
mod thread;
mod watching;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use callsheet_base::{RunId, Timestamp};
use callsheet_engine::Claim;
use callsheet_plan::DeployOrder;
use callsheet_releases::{Kept, Ran, Store};
use callsheet_rollout::{Driver, Event, Hook, InstanceId, Phase, Reason, Release, Rollout, Routing, TrafficControl};
use callsheet_traffic::{Slice, Weight};

pub use begin::Beginning;
pub use grounds::{Addresses, Backup, Grounds};
pub(crate) use making::Making;
pub(crate) use routing::serving;
pub use secrets::Secrets;
pub use tending::{Charge, Tended, Tending, Word};
pub(crate) use thread::Conducting;
pub use watching::Watch;

use hindrance::Hindrance;
use judging::Judging;

use crate::standing::HowItRuns;

/// What a conductor is to bring about, and where.
#[derive(Debug)]
pub struct Site {
    /// The run.
    pub run: RunId,
    /// The attempt at its deploy act.
    pub claim: Claim,
    /// The environment.
    pub environment: String,
    /// The folder of `callsheet.toml`: relative paths begin here.
    pub directory: PathBuf,
    /// What is to be brought out.
    pub order: DeployOrder,
    /// Values of the secrets of its instances.
    pub secrets: Box<dyn Secrets>,
    /// The run's own release of this service was turned back already.
    pub turned_back: bool,
}

/// Looks after one rollout.
pub struct Conductor {
    site: Site,
    store: Store,
    grounds: Arc<dyn Grounds>,
    driver: Box<dyn Driver>,
    /// `None`: not opened yet, or it did not answer; it is opened, or started again, at the next turn.
    traffic: Option<Box<dyn TrafficControl>>,
    /// The edge was told last of the service as the older release has it.
    edge_is_older: bool,
    /// When the edge could not be brought to the older release's settings, on the grounds' steady clock.
    edge_failed: Option<Duration>,
    /// The last turn was one of a way back.
    going_back: bool,
    judging: Judging,
    /// Asks for conditions beside the judge, once users meet the newer release.
    watch: Option<Box<dyn Watch>>,
    /// Instances that get no new requests and end once they have none, since when (steady time: a clock that is set back keeps nobody waiting).
    draining: BTreeMap<InstanceId, Duration>,
    /// What the edge was told last, and when (steady time).
    applied: Option<(Routing, Duration)>,
    /// How a release is made and served that comes, or runs (`false`); once asked for.
    hows: Vec<(Release, bool, HowItRuns)>,
    /// Why an instance of the newer release could not be started at the last try: no later one will do better.
    unfit: Option<String>,
    /// What was in the way in this turn.
    met: Option<String>,
    /// The same, for people.
    hindrance: Hindrance,
    /// Since when (steady time) something that is to be run cannot begin.
    waits_to_begin: Option<(Hook, Duration)>,
    /// Instances started so far: makes names differ within a millisecond.
    started: u32,
}

/// What came of one turn.
#[derive(Debug, Default)]
pub struct Turn {
    /// To be recorded before the next turn.
    pub happened: Option<Event>,
    /// Slices that the judge was fed with and that are not on record yet. Handed out once.
    pub slices: Vec<Slice>,
}

/// Slices are recorded in batches of this many, or with the next event.
const SLICES_AT_ONCE: usize = 60;

impl Conductor {
    /// With an open driver. The edge is left alone until something begins. `Err`: why there is no driver, in words.
    pub fn open(site: Site, store: Store, grounds: Arc<dyn Grounds>) -> Result<Conductor, String> {
        let driver = grounds.driver(&site.order, &site.environment)?;
        Ok(Conductor::with(site, store, grounds, driver))
    }

    /// With a driver as `grounds` gave it.
    fn with(site: Site, store: Store, grounds: Arc<dyn Grounds>, driver: Box<dyn Driver>) -> Conductor {
        Conductor {
            site,
            store,
            grounds,
            driver,
            traffic: None,
            edge_is_older: false,
            edge_failed: None,
            going_back: false,
            judging: Judging::default(),
            watch: None,
            draining: BTreeMap::new(),
            applied: None,
            hows: Vec::new(),
            unfit: None,
            met: None,
            hindrance: Hindrance::default(),
            waits_to_begin: None,
            started: 0,
        }
    }

    /// Goes on with a rollout that began at `began` and whose judge was fed with `slices` before.
    pub fn take_up(&mut self, rollout: &Rollout, began: Timestamp, slices: &[Slice]) {
        self.judging = Judging::of(rollout.plan(), &self.site.order.goal, began, slices);
        self.hindrance = Hindrance::recorded(rollout.hindered(), self.grounds.steady());
    }

    /// One look, and one step: either something happened, which is to be recorded first, or what is wanted is brought about.
    /// `Err`: driver, edge or store did not do as told, in words; the next turn tries again.
    pub fn turn(&mut self, rollout: &Rollout, now: Timestamp) -> Result<Turn, String> {
        self.step(rollout, now).or_else(|why| {
            let steady = self.grounds.steady();
            self.hindrance.meet(why.clone(), steady);
            let told = self.hindrance.told(steady).filter(|told| rollout.hindered() != Some(told.as_str()));
            let Some(told) = told else { return Err(why) };
            let happened = Some(Event::Hindered { why: Some(told) });
            Ok(Turn { happened, slices: self.judging.take_unrecorded() })
        })
    }

    fn step(&mut self, rollout: &Rollout, now: Timestamp) -> Result<Turn, String> {
        // Users come first: the books and the edge's settings have a turn's time.
        if !self.users_wait(rollout) {
            self.find_edge(rollout)?;
            self.keep_books(rollout, now)?;
        }
        let look = self.look(rollout)?;
        let mut turn = Turn::default();
        match rollout.decide(&look.world, now) {
            Some(event) => {
                self.prepare(rollout, &event, &look, now)?;
                let event = self.explained(rollout, &look, event);
                turn.happened = Some(self.begun(rollout, event)?);
            }
            None => {
                turn.happened = self.undo(rollout, &look)?;
                if turn.happened.is_none() {
                    self.act(rollout, &look, now)?;
                }
                match self.met.take() {
                    Some(why) => self.hindrance.meet(why, self.grounds.steady()),
                    None => self.hindrance.is_over(),
                }
            }
        }
        if turn.happened.is_some() || self.judging.unrecorded() >= SLICES_AT_ONCE {
            turn.slices = self.judging.take_unrecorded();
        }
        Ok(turn)
    }

    /// Whether this is the first turn of a way back, and the edge, as far as is known, still sends users to the release that goes.
    fn users_wait(&mut self, rollout: &Rollout) -> bool {
        let going_back = matches!(rollout.phase(), Phase::Restoring { .. });
        let first = !std::mem::replace(&mut self.going_back, going_back);
        let shared = |(told, _): &(Routing, Duration)| told.weight > Weight::NONE;
        going_back && first && self.traffic.is_some() && self.applied.as_ref().is_some_and(shared)
    }

    /// What cannot begin is waited for as long as instances may take to be ready; while there is no user, it goes back then.
    fn begun(&mut self, rollout: &Rollout, event: Event) -> Result<Event, String> {
        let Event::HookBegan { hook, .. } = event else { return Ok(event) };
        let why = match self.addressed(rollout, event) {
            Ok(event) => {
                self.waits_to_begin = None;
                return Ok(event);
            }
            Err(why) => format!("{} cannot begin: {why}", rollout.plan().hook_words(hook)),
        };
        let steady = self.grounds.steady();
        let since = self.waits_to_begin.filter(|(waiting, _)| *waiting == hook).map_or(steady, |(_, since)| since);
        self.waits_to_begin = Some((hook, since));
        if hook.is_before_users() && steady.saturating_sub(since) > rollout.plan().ready_within.to_std() {
            return Ok(Event::TurnedBack { reason: Reason::Condition(why), evidence: None, wrote: Vec::new() });
        }
        Err(why)
    }

    /// What is run is told where the release answers.
    fn addressed(&self, rollout: &Rollout, event: Event) -> Result<Event, String> {
        let Event::HookBegan { hook, .. } = event else { return Ok(event) };
        let address = match hook {
            Hook::Migrate => None,
            hook => {
                let addresses = self.grounds.addresses(&self.site.order, &self.site.environment)?;
                Some(if hook.is_before_users() { addresses.preview } else { addresses.public })
            }
        };
        let plan = rollout.plan();
        let release = match self.store.verified(&plan.service, &plan.to).map_err(words)? {
            Kept::Files(path) => path.to_string_lossy().into_owned(),
            Kept::Image(name) => name,
        };
        Ok(Event::HookBegan { hook, address, release: Some(release) })
    }

    /// What must be so before an event is on record.
    fn prepare(&mut self, rollout: &Rollout, event: &Event, look: &look::Look, now: Timestamp) -> Result<(), String> {
        let plan = rollout.plan();
        match event {
            // From here on a newer run may take the service over, and then this is the release that runs.
            Event::Passed { stage, .. } if stage + 1 == plan.stages.len() => self.runs_now(rollout, now),
            Event::Ended {} => {
                self.settle(rollout, look)?;
                let in_use: Vec<_> = plan.from.iter().chain([&plan.to]).cloned().collect();
                let keep = self.site.order.spec.release.keep_releases as usize;
                // It is over all the same; the next one that ends tries again.
                if let Err(error) = self.store.prune(&plan.service, keep, &in_use) {
                    let (service, why) = (&plan.service, words(error));
                    tracing::warn!(service, why, "older releases are not cleared away");
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Which release runs, for whoever comes after us.
    fn keep_books(&mut self, rollout: &Rollout, now: Timestamp) -> Result<(), String> {
        match rollout.phase() {
            Phase::Soaking { since } | Phase::Observing { since } => self.runs_now(rollout, *since),
            Phase::Retiring {} => self.runs_now(rollout, now),
            Phase::Restoring { .. } | Phase::Clearing { .. } => self.turned_back(rollout, now),
            _ => Ok(()),
        }
    }

    fn turned_back(&self, rollout: &Rollout, now: Timestamp) -> Result<(), String> {
        let plan = rollout.plan();
        let run = self.site.run.to_string();
        let said = match (&self.site.order.goal, &plan.from) {
            // What it went back from was no longer in the books, and runs again.
            (callsheet_plan::Goal::Back { .. }, Some(from)) => {
                let ran = Ran { release: from.clone(), since: now, run };
                self.store.runs_now(&plan.service, &plan.environment, ran)
            }
            _ => {
                let ran = Ran { release: plan.to.clone(), since: now, run };
                self.store.was_turned_back(&plan.service, &plan.environment, ran)
            }
        };
        said.map_err(words)
    }

    fn runs_now(&mut self, rollout: &Rollout, since: Timestamp) -> Result<(), String> {
        let plan = rollout.plan();
        let ran = Ran { release: plan.to.clone(), since, run: self.site.run.to_string() };
        let said = match self.site.order.goal {
            callsheet_plan::Goal::Back { .. } => self.store.went_back(&plan.service, &plan.environment, ran),
            callsheet_plan::Goal::Version { .. } => self.store.runs_now(&plan.service, &plan.environment, ran),
        };
        said.map_err(words)?;
        let how = self.how(&plan.to, true)?;
        self.store.keep_how(&plan.service, &plan.environment, &plan.to, &how).map_err(words)
    }
}

/// An error with its causes.
pub(crate) fn words(error: impl std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
