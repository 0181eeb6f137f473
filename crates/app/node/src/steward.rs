//! What a server does for services when nobody releases anything: whatever should run, runs. After a reboot it starts edges and instances;
//! an instance that is gone for good gets a successor.
//!
//! One thread. It looks without a lock; only where something is missing does it take the service's lock and act, so a rollout or a command is
//! never in its way.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use callsheet_plan::{DeployOrder, Goal};
use callsheet_releases::Store;
use callsheet_rollout::{InstanceSeen, InstanceState};
use callsheet_secret_stores::{Ground, Keyring};

use crate::conductor::{Grounds, words};
use crate::secrets::for_service;
use crate::standing::{Brought, HowItRuns, NotAtHand, Place, Standing};

/// Between two looks.
const LOOK: Duration = Duration::from_secs(2);
/// After a failure, doubled up to the second.
const AGAIN: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));

/// The server's end.
#[derive(Debug)]
pub(crate) struct Steward {
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

/// What is remembered of a service in an environment between looks.
#[derive(Debug, Default)]
struct Known {
    /// Looked after since this process started.
    seen: bool,
    /// Who got requests when it was last told to the edge.
    serving: Vec<String>,
    told: String,
    failures: u32,
    not_before: Option<Instant>,
}

struct Looker {
    state: PathBuf,
    grounds: Arc<dyn Grounds>,
    store: Store,
    secrets: Ground,
    known: BTreeMap<(String, String), Known>,
}

impl Steward {
    pub(crate) fn start(state: &Path, grounds: Arc<dyn Grounds>, secrets: Ground) -> std::io::Result<Steward> {
        let (stop, stopped) = channel();
        let store = Store::new(state);
        let looker = Looker { state: state.to_owned(), grounds, store, secrets, known: BTreeMap::new() };
        let thread = thread::Builder::new().name("steward".to_owned()).spawn(move || looker.look_on(&stopped))?;
        Ok(Steward { stop, thread: Some(thread) })
    }
}

impl Drop for Steward {
    fn drop(&mut self) {
        // One that has ended is as wanted; one that waits for an instance is not waited for.
        let _ = self.stop.send(());
        let until = Instant::now() + Duration::from_secs(1);
        while self.thread.as_ref().is_some_and(|thread| !thread.is_finished()) && Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
        }
        self.thread.take();
    }
}

impl Looker {
    fn look_on(mut self, stopped: &Receiver<()>) {
        let mut told = String::new();
        loop {
            match self.look_at_all() {
                Ok(()) => {}
                Err(why) if why != told => {
                    tracing::warn!(why, "what should run is not known");
                    told = why;
                }
                Err(_) => {}
            }
            match stopped.recv_timeout(LOOK) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn look_at_all(&mut self) -> Result<(), String> {
        for service in self.store.services().map_err(words)? {
            for environment in self.store.environments(&service).map_err(words)? {
                let key = (service.clone(), environment.clone());
                let mut known = self.known.remove(&key).unwrap_or_default();
                if known.not_before.is_none_or(|at| at <= Instant::now()) {
                    self.look_at(&service, &environment, &mut known);
                }
                self.known.insert(key, known);
            }
        }
        Ok(())
    }

    fn look_at(&self, service: &str, environment: &str, known: &mut Known) {
        match self.bring_up(service, environment, known) {
            Ok(()) => (known.failures, known.not_before) = (0, None),
            Err(why) => {
                let wait = AGAIN.0.saturating_mul(1 << known.failures.min(10)).min(AGAIN.1);
                known.not_before = Some(Instant::now() + wait);
                known.failures = known.failures.saturating_add(1);
                if why != known.told {
                    tracing::warn!(service, environment, why, "a service does not run as it should");
                    known.told = why;
                }
            }
        }
    }

    fn bring_up(&self, service: &str, environment: &str, known: &mut Known) -> Result<(), String> {
        let Some((how, serving, short)) = self.needs(service, environment)? else { return Ok(()) };
        let edge = self.grounds.edge_answers(environment);
        if known.seen && !short && edge && serving == known.serving {
            return Ok(());
        }
        let keyring = Keyring::new(&how.directory, environment, self.secrets.clone());
        let resolved = for_service(&how.spec, &keyring, |name| std::env::var(name).ok());
        if let [fault, ..] = resolved.faults.as_slice() {
            return Err(fault.clone());
        }
        let place = Place {
            state: &self.state,
            service,
            environment,
            grounds: &*self.grounds,
            otherwise: None,
            role: "serve",
            patience: Duration::ZERO,
        };
        let mut standing = match Standing::open(&place, resolved.secrets) {
            Ok(standing) => standing,
            // A rollout or a command looks after it.
            Err(NotAtHand::Busy { .. } | NotAtHand::NothingRuns { .. }) => return Ok(()),
            Err(NotAtHand::Trouble(why)) => return Err(why),
        };
        let mut tell = |words: &str| tracing::info!(service, environment, "{words}");
        let brought = standing.bring_up(!known.seen, &mut tell)?;
        known.seen = true;
        known.serving = serving_of(&standing.instances()?);
        if let Brought::Up(count) = brought {
            tracing::info!(service, environment, count, "brought up again");
        }
        Ok(())
    }

    /// How it runs, who serves now, and whether any is missing; `None`: nothing of it should run, or not by us.
    fn needs(&self, service: &str, environment: &str) -> Result<Option<(HowItRuns, Vec<String>, bool)>, String> {
        let running = self.store.running(service, environment).map_err(words)?;
        let Some(release) = running.current() else { return Ok(None) };
        let how = self.store.how::<HowItRuns>(service, environment, release).map_err(words)?;
        let Some(how) = how else { return Ok(None) };
        let goal = Goal::Version { version: release.version.clone(), artifact: None, one_way: None };
        let order = DeployOrder::bare(service, goal, how.spec.clone());
        let mut driver = self.grounds.driver(&order, environment)?;
        let mut all = driver.instances(service, environment).map_err(words)?;
        all.retain(|one| (&one.release.version, one.release.digest) == (&release.version, release.digest));
        let scaled = self.store.scaled(service, environment).map_err(words)?;
        let wanted = scaled.map_or(how.spec.instances, |scaled| scaled.instances);
        let there = all.iter().filter(|one| one.state != InstanceState::Ending).count();
        Ok(Some((how, serving_of(&all), there < usize::from(wanted))))
    }
}

fn serving_of(all: &[InstanceSeen]) -> Vec<String> {
    let ready = all.iter().filter(|one| one.state == InstanceState::Ready);
    ready.map(|one| format!("{} {:?}", one.id.0, one.address)).collect()
}
