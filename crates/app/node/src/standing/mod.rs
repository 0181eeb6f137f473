//! What runs of a service outside of rollouts: scaled, restarted, brought up again after a reboot.
//!
//! The caller does: open it (which takes the service's lock, as a conductor does), say what is wanted, and let it go.
//! This module does: one thing after the other, each safe by itself: a new instance is ready before it gets users, and one that is to end
//! has none any more. It keeps nothing in memory that is needed to go on: whoever comes after a crash looks.

mod bring_up;
mod guards;
mod renew;
mod rest;
mod restart;
mod rollouts;
mod scale;
mod secrets;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use callsheet_base::{RunId, Secret, Timestamp};
use callsheet_journal::LeaseHolder;
use callsheet_journal_sqlite::FileLock;
use callsheet_keeper::current_boot;
use callsheet_plan::{DeployOrder, Goal, ServiceSpec};
use callsheet_releases::Store;
use callsheet_rollout::{
    Driver, InstanceId, InstanceSeen, InstanceState, Pool, Release, Routing, TrafficControl, TrafficSeen,
};
use callsheet_traffic::Weight;
use serde::{Deserialize, Serialize};

use crate::conductor::{Grounds, Making, serving, words};

pub use bring_up::Brought;
pub use guards::{Load, memory_for, refuse_too_few};
pub use secrets::{Resolved, resolve};

/// How the release that runs was brought out, kept beside it: whoever starts another instance of it later starts one that is alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct HowItRuns {
    /// The service's configuration at its deploy.
    pub spec: ServiceSpec,
    /// Where relative paths begin.
    pub directory: PathBuf,
}

impl HowItRuns {
    /// Whether an instance that the other makes is like one that this makes.
    pub(crate) fn makes_like(&self, other: &HowItRuns) -> bool {
        let making = |how: &HowItRuns| {
            let ServiceSpec { containers, command, folder, variables, secrets, ready, grace, limits, .. } =
                how.spec.clone();
            (containers, command, folder, variables, secrets, ready, grace, limits)
        };
        self.directory == other.directory && making(self) == making(other)
    }
}

/// A service in an environment, whose lock is held.
pub struct Standing {
    service: String,
    environment: String,
    how: HowItRuns,
    release: Release,
    secrets: BTreeMap<String, Secret<String>>,
    store: Store,
    driver: Box<dyn Driver>,
    traffic: Box<dyn TrafficControl>,
    started: u32,
    /// Requests wait at the edge by our word, last said then.
    holds: Option<(Routing, Instant)>,
    _lock: FileLock,
}

/// Why a service is not at hand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAtHand {
    /// Somebody else looks after it: a rollout, or another command.
    #[error("process {pid} ({role}) looks after {service} in {environment} now")]
    Busy {
        /// The service.
        service: String,
        /// The environment.
        environment: String,
        /// Which process.
        pid: u32,
        /// What it is.
        role: String,
    },
    /// A rollout of it is open, and nobody looks after it now.
    #[error("run {} brings a release of {service} out in {environment}, and nobody looks after it now", run.short())]
    UnderWay {
        /// The service.
        service: String,
        /// The environment.
        environment: String,
        /// Which run.
        run: RunId,
    },
    /// Nothing of it was released.
    #[error("nothing of {service} was released in {environment} yet")]
    NothingRuns {
        /// The service.
        service: String,
        /// The environment.
        environment: String,
    },
    /// Books, driver or edge; in words.
    #[error("{0}")]
    Trouble(String),
}

/// Where and what a standing service is.
#[derive(Debug)]
pub struct Place<'a> {
    /// The state folder.
    pub state: &'a Path,
    /// The service.
    pub service: &'a str,
    /// The environment.
    pub environment: &'a str,
    /// Drivers and edges.
    pub grounds: &'a dyn Grounds,
    /// How it runs, if the books do not say.
    pub otherwise: Option<HowItRuns>,
    /// What others read who find it taken.
    pub role: &'a str,
    /// How long to wait for its lock.
    pub patience: Duration,
}

const LOOK: Duration = Duration::from_millis(50);
/// If we die while requests wait, the edge lets them go after this.
const HOLD: callsheet_base::Duration = callsheet_base::Duration::from_secs(10);

impl Standing {
    /// Takes the service's lock and looks into the books.
    pub fn open(place: &Place, secrets: BTreeMap<String, Secret<String>>) -> Result<Standing, NotAtHand> {
        let (service, environment) = (place.service.to_owned(), place.environment.to_owned());
        let lock = lock(place)?;
        let trouble = NotAtHand::Trouble;
        // With the lock in hand: none can begin from here on.
        if let Some(run) = rollouts::under_way(place.state, &service, &environment).map_err(trouble)? {
            return Err(NotAtHand::UnderWay { service, environment, run });
        }
        let store = Store::new(place.state);
        let running = store.running(&service, &environment).map_err(|error| trouble(words(error)))?;
        let nothing = || NotAtHand::NothingRuns { service: service.clone(), environment: environment.clone() };
        let release = running.current().cloned().ok_or_else(nothing)?;
        let how = store.how::<HowItRuns>(&service, &environment, &release).map_err(|error| trouble(words(error)))?;
        let how = how.or_else(|| place.otherwise.clone()).ok_or_else(|| {
            trouble(format!("how version {} of {service} runs in {environment} is not known", release.version))
        })?;
        let goal = Goal::Version { version: release.version.clone(), artifact: None, one_way: None };
        let order = DeployOrder::bare(&service, goal, how.spec.clone());
        let driver = place.grounds.driver(&order, &environment).map_err(trouble)?;
        let traffic = place.grounds.traffic(&order, &environment, &how.directory).map_err(trouble)?;
        let (started, holds) = (0, None);
        Ok(Standing {
            service,
            environment,
            how,
            release,
            secrets,
            store,
            driver,
            traffic,
            started,
            holds,
            _lock: lock,
        })
    }

    /// How it runs.
    pub fn how(&self) -> &HowItRuns {
        &self.how
    }

    /// The release that runs.
    pub fn release(&self) -> &Release {
        &self.release
    }

    /// How many instances are wanted: what a person said last, or what the configuration says.
    pub fn wanted(&self) -> Result<u16, String> {
        let scaled = self.store.scaled(&self.service, &self.environment).map_err(words)?;
        Ok(scaled.map_or(self.how.spec.instances, |scaled| scaled.instances))
    }

    /// Instances of the release that runs.
    pub fn instances(&mut self) -> Result<Vec<InstanceSeen>, String> {
        let mut all = self.driver.instances(&self.service, &self.environment).map_err(words)?;
        let own = |one: &InstanceSeen| {
            (&one.release.version, one.release.digest) == (&self.release.version, self.release.digest)
        };
        all.retain(own);
        Ok(all)
    }

    /// What the edge sees of it, with what it counted after slice `after`.
    pub fn traffic(&mut self, after: u64) -> Result<TrafficSeen, String> {
        self.traffic.observe(&self.service, after).map_err(words)
    }

    /// Starts so many more; their names.
    fn start(&mut self, count: usize) -> Result<Vec<InstanceId>, String> {
        self.lacking()?;
        let kept = self.store.verified(&self.service, &self.release).map_err(words)?;
        let mut names = Vec::new();
        for _ in 0..count {
            self.started += 1;
            let making = Making {
                service: &self.service,
                environment: &self.environment,
                spec: &self.how.spec,
                directory: &self.how.directory,
                release: &self.release,
                kept: &kept,
            };
            let spec = making.instance(Timestamp::now(), self.started);
            if let Err(error) = self.driver.start(&spec, &self.secrets) {
                self.end(&names)?;
                return Err(words(error));
            }
            names.push(spec.id);
        }
        Ok(names)
    }

    /// Waits until all of these are ready. `Err`: why one is not, in words.
    fn wait_ready(&mut self, names: &[InstanceId], patience: Duration) -> Result<(), String> {
        let until = Instant::now() + patience;
        loop {
            let all = self.instances()?;
            let mut waiting = None;
            for name in names {
                match all.iter().find(|one| one.id == *name) {
                    None => return Err(format!("{} ended and is gone", name.0)),
                    Some(InstanceSeen { state: InstanceState::Ready, .. }) => {}
                    Some(InstanceSeen { state: InstanceState::CrashLooping { last }, .. }) => {
                        return Err(format!("{} does not come up: {last}", name.0));
                    }
                    Some(one) => waiting = Some(one.clone()),
                }
            }
            let Some(one) = waiting else { return Ok(()) };
            if Instant::now() >= until {
                let why = one.not_ready.or(one.last_end).unwrap_or_else(|| "it has not answered".to_owned());
                return Err(format!("{} is not ready after {} s: {why}", one.id.0, patience.as_secs()));
            }
            self.wait();
        }
    }

    /// Sends all requests to those of these that are ready, or, if none is, to those that may be again; where there is nobody, what the edge
    /// was told stays. `held`: they wait there, as long as we live and do not say otherwise.
    fn route_to(&mut self, instances: &[InstanceSeen], held: bool) -> Result<(), String> {
        let members = serving(instances.iter());
        if members.is_empty() {
            return Ok(());
        }
        let check = Some(self.how.spec.ready.clone());
        let stable = Pool { version: self.release.version.clone(), members, check };
        let (service, lease) = (self.service.clone(), held.then_some(HOLD));
        let routing = Routing { service, stable, canary: None, weight: Weight::NONE, held, lease };
        self.holds = held.then(|| (routing.clone(), Instant::now()));
        self.traffic.apply(&routing).map_err(words)
    }

    /// Between two looks. Requests that wait go on waiting.
    fn wait(&mut self) {
        sleep(LOOK);
        let Some((routing, said)) = &mut self.holds else { return };
        if said.elapsed() * 3 < HOLD.to_std() {
            return;
        }
        // An edge that does not answer lets them go by itself.
        match self.traffic.apply(routing) {
            Ok(()) => *said = Instant::now(),
            Err(error) => tracing::warn!(service = self.service, error = words(error), "requests may not wait longer"),
        }
    }

    /// Waits until the edge has no request on any of these, or as long as requests may take.
    fn drained(&mut self, names: &[InstanceId]) -> Result<(), String> {
        let until = Instant::now() + self.how.spec.release.drain_within.to_std();
        loop {
            let seen = self.traffic(u64::MAX)?;
            let idle = names.iter().all(|name| seen.in_flight.get(&name.0).is_none_or(|count| *count == 0));
            if idle || Instant::now() >= until {
                return Ok(());
            }
            self.wait();
        }
    }

    /// Tells these to end, and waits until they are gone.
    fn end(&mut self, names: &[InstanceId]) -> Result<(), String> {
        for name in names {
            self.driver.stop(name).map_err(words)?;
        }
        let until = Instant::now() + self.how.spec.grace.to_std() + Duration::from_secs(10);
        while Instant::now() < until {
            let all = self.driver.instances(&self.service, &self.environment).map_err(words)?;
            if !all.iter().any(|one| names.contains(&one.id)) {
                return Ok(());
            }
            self.wait();
        }
        Err(format!("{} does not end", names.iter().map(|name| name.0.as_str()).collect::<Vec<_>>().join(", ")))
    }

    fn ready(&mut self) -> Result<Vec<InstanceSeen>, String> {
        let mut all = self.instances()?;
        all.retain(|one| one.state == InstanceState::Ready);
        Ok(all)
    }
}

/// The lock that conductors take, too.
fn lock(place: &Place) -> Result<FileLock, NotAtHand> {
    let failed = |error: std::io::Error| NotAtHand::Trouble(format!("the service cannot be taken: {error}"));
    let boot = current_boot().map_err(failed)?;
    let holder = LeaseHolder { pid: std::process::id(), boot, role: place.role.to_owned() };
    let path = place.state.join("services").join(format!("{}.{}", place.service, place.environment));
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
    let until = Instant::now() + place.patience;
    loop {
        match FileLock::try_take(&path, &holder).map_err(failed)? {
            Ok(lock) => return Ok(lock),
            Err(other) if Instant::now() >= until => {
                let (service, environment) = (place.service.to_owned(), place.environment.to_owned());
                return Err(NotAtHand::Busy { service, environment, pid: other.pid, role: other.role });
            }
            Err(_) => sleep(LOOK),
        }
    }
}
