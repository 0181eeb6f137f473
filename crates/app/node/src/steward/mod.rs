//! What a server does for services when nobody releases anything: whatever should run, runs. After a reboot it starts edges and instances;
//! an instance that is gone for good gets a successor.
//!
//! One thread goes the rounds, and each service is looked at in one of its own. It looks without a lock; only where something is missing does
//! it take the service's lock and act, so a rollout or a command is never in its way; and of what the journal calls a rollout it keeps away.

mod schedule;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use callsheet_base::Timestamp;
use callsheet_plan::{DeployOrder, Goal};
use callsheet_releases::Store;
use callsheet_rollout::{InstanceSeen, InstanceState, Member, Routing};
use callsheet_secret_stores::{Ground, Keyring};

use crate::conductor::{Grounds, serving, words};
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
    /// Up to then it is known whether a restart was due.
    looked: Option<Timestamp>,
    told: String,
    failures: u32,
    not_before: Option<Instant>,
}

/// A service in an environment. One that takes its time holds up no other.
enum Slot {
    Idle(Known),
    Busy(JoinHandle<Known>),
}

struct Rounds {
    looker: Arc<Looker>,
    slots: BTreeMap<(String, String), Slot>,
}

struct Looker {
    state: PathBuf,
    grounds: Arc<dyn Grounds>,
    store: Store,
    secrets: Ground,
}

/// What was seen of a service.
struct Seen {
    how: HowItRuns,
    /// Fewer than are wanted, or more.
    uneven: bool,
    /// The edge sends all requests to whoever is to get them.
    routed: bool,
}

impl Steward {
    pub(crate) fn start(state: &Path, grounds: Arc<dyn Grounds>, secrets: Ground) -> std::io::Result<Steward> {
        let (stop, stopped) = channel();
        let looker = Arc::new(Looker { state: state.to_owned(), grounds, store: Store::new(state), secrets });
        let rounds = Rounds { looker, slots: BTreeMap::new() };
        let thread = thread::Builder::new().name("steward".to_owned()).spawn(move || rounds.go(&stopped))?;
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

impl Rounds {
    fn go(mut self, stopped: &Receiver<()>) {
        let mut told = String::new();
        loop {
            match self.look_at_all() {
                Ok(()) => told.clear(),
                Err(why) if why != told => {
                    tracing::warn!(why, "what should run is not known");
                    told = why;
                }
                Err(_) => {}
            }
            match stopped.recv_timeout(LOOK) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return self.end(),
            }
        }
    }

    fn look_at_all(&mut self) -> Result<(), String> {
        let store = &self.looker.store;
        for service in store.services().map_err(words)? {
            for environment in store.environments(&service).map_err(words)? {
                let key = (service.clone(), environment);
                let slot = self.slots.remove(&key).unwrap_or_else(|| Slot::Idle(Known::default()));
                let slot =
                    next(slot, &self.looker, &key).map_err(|error| format!("no thread can be started: {error}"))?;
                self.slots.insert(key, slot);
            }
        }
        Ok(())
    }

    /// Those that are at something are waited for, but not for long.
    fn end(self) {
        let until = Instant::now() + Duration::from_millis(900);
        let busy = |slot: &Slot| matches!(slot, Slot::Busy(thread) if !thread.is_finished());
        while self.slots.values().any(busy) && Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Looks again, if the last look is over and it is time.
fn next(slot: Slot, looker: &Arc<Looker>, key: &(String, String)) -> std::io::Result<Slot> {
    let known = match slot {
        Slot::Busy(thread) if !thread.is_finished() => return Ok(Slot::Busy(thread)),
        // What a panic took is looked for anew.
        Slot::Busy(thread) => thread.join().unwrap_or_default(),
        Slot::Idle(known) => known,
    };
    if known.not_before.is_some_and(|at| at > Instant::now()) {
        return Ok(Slot::Idle(known));
    }
    let (looker, (service, environment)) = (looker.clone(), key.clone());
    let look = move || {
        let mut known = known;
        looker.look_at(&service, &environment, &mut known);
        known
    };
    thread::Builder::new().name("steward's look".to_owned()).spawn(look).map(Slot::Busy)
}

impl Looker {
    fn look_at(&self, service: &str, environment: &str, known: &mut Known) {
        let brought = self.bring_up(service, environment, known);
        match brought.and_then(|()| self.restart_if_due(service, environment, known)) {
            Ok(()) => {
                (known.failures, known.not_before) = (0, None);
                known.told.clear();
            }
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
        let Some(Seen { how, uneven, routed }) = self.look(service, environment)? else { return Ok(()) };
        if known.seen && !uneven && routed {
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
            // A rollout or a command looks after it, or is to: what is halfway is not for us to judge.
            Err(NotAtHand::Busy { .. } | NotAtHand::UnderWay { .. } | NotAtHand::NothingRuns { .. }) => return Ok(()),
            Err(NotAtHand::Trouble(why)) => return Err(why),
        };
        let mut tell = |words: &str| tracing::info!(service, environment, "{words}");
        let brought = standing.bring_up(!known.seen, &mut tell)?;
        known.seen = true;
        match brought {
            Brought::Up(count) => tracing::info!(service, environment, count, "brought up again"),
            Brought::Down(count) => tracing::info!(service, environment, count, "more than wanted ended"),
            Brought::AsWanted => {}
        }
        Ok(())
    }

    /// Restarts its instances if the time for that has come since the last look.
    fn restart_if_due(&self, service: &str, environment: &str, known: &mut Known) -> Result<(), String> {
        let now = Timestamp::now();
        let Some(looked) = known.looked.replace(now) else { return Ok(()) };
        let Some(how) = self.how(service, environment)? else { return Ok(()) };
        let Some(time) = schedule::due(&how.spec.restart_at, looked, now) else { return Ok(()) };
        let wanted = self.wanted(service, environment, &how)?;
        schedule::restart(&self.state, (service, environment), &how, wanted, time)
    }

    /// As many as a person asked for, or as many as are configured.
    fn wanted(&self, service: &str, environment: &str, how: &HowItRuns) -> Result<u16, String> {
        let scaled = self.store.scaled(service, environment).map_err(words)?;
        Ok(scaled.map_or(how.spec.instances, |scaled| scaled.instances))
    }

    fn how(&self, service: &str, environment: &str) -> Result<Option<HowItRuns>, String> {
        let running = self.store.running(service, environment).map_err(words)?;
        let Some(release) = running.current() else { return Ok(None) };
        self.store.how::<HowItRuns>(service, environment, release).map_err(words)
    }

    /// How it runs, and what of it is not as it should be; `None`: nothing of it should run, or not by us.
    fn look(&self, service: &str, environment: &str) -> Result<Option<Seen>, String> {
        let running = self.store.running(service, environment).map_err(words)?;
        let Some(release) = running.current() else { return Ok(None) };
        let how = self.store.how::<HowItRuns>(service, environment, release).map_err(words)?;
        let Some(how) = how else { return Ok(None) };
        let goal = Goal::Version { version: release.version.clone(), artifact: None, one_way: None };
        let order = DeployOrder::bare(service, goal, how.spec.clone());
        let mut driver = self.grounds.driver(&order, environment)?;
        let mut all = driver.instances(service, environment).map_err(words)?;
        all.retain(|one| (&one.release.version, one.release.digest) == (&release.version, release.digest));
        let wanted = usize::from(self.wanted(service, environment, &how)?);
        let told = self.grounds.routed(service, environment);
        let routed = told.is_some_and(|told| is_as_wanted(&told, &release.version, serving(all.iter())));
        all.retain(|one| one.state != InstanceState::Ending);
        let given_up = |one: &&InstanceSeen| matches!(one.state, InstanceState::CrashLooping { .. });
        let uneven = all.len() < wanted || all.iter().filter(|one| !given_up(one)).count() > wanted;
        Ok(Some(Seen { how, uneven, routed }))
    }
}

/// Whether the edge sends all requests to these, for good; where there is nobody, it cannot be told better.
fn is_as_wanted(told: &Routing, version: &str, mut members: Vec<Member>) -> bool {
    if members.is_empty() {
        return true;
    }
    let Routing { stable, canary: None, held: false, lease: None, .. } = told else { return false };
    let mut there = stable.members.clone();
    there.sort_by(|one, other| one.id.cmp(&other.id));
    members.sort_by(|one, other| one.id.cmp(&other.id));
    stable.version == version && there == members
}

#[cfg(test)]
mod tests {
    use callsheet_rollout::{InstanceId, Pool};

    use super::*;

    fn member(name: &str) -> Member {
        Member { id: InstanceId(name.to_owned()), address: ([127, 0, 0, 1], 80).into() }
    }

    #[test]
    fn the_edges_own_word_tells_what_an_interrupted_command_left() {
        let stable = Pool { version: "1".to_owned(), members: vec![member("b"), member("a")], check: None };
        let (service, weight) = ("shop".to_owned(), callsheet_traffic::Weight::NONE);
        let told = Routing { service, stable, canary: None, weight, held: false, lease: None };
        let wanted = |told: &Routing, members: &[&str]| {
            is_as_wanted(told, "1", members.iter().map(|name| member(name)).collect())
        };
        assert!(wanted(&told, &["a", "b"]) && wanted(&told, &[]));
        assert!(!wanted(&told, &["a"]), "one that serves is to end, or has");
        assert!(!wanted(&told, &["a", "b", "c"]), "one has no traffic");
        assert!(!wanted(&Routing { held: true, ..told.clone() }, &["a", "b"]), "requests wait");
        assert!(!wanted(&Routing { canary: Some(Pool::default()), ..told.clone() }, &["a", "b"]));
        assert!(!is_as_wanted(&told, "2", vec![member("a"), member("b")]));
    }
}
