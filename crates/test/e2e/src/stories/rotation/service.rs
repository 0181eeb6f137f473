//! Two instances of a service that log in all the time with what they were given at their start; with keys, they sign, and each
//! takes what the other signed.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::place::{Credential, Place};
use super::server::Kind;
use crate::Broken;

/// How long a token is good; the overlap is longer.
const LIFETIME: Duration = Duration::from_millis(100);

/// Between two logins of one instance.
const PAUSE: Duration = Duration::from_millis(5);

/// Something signed: when, and the signature.
#[derive(Clone, Copy)]
struct Token {
    at: Instant,
    signature: u64,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    logins: AtomicU64,
    broken: Mutex<Option<Broken>>,
    signed: [Mutex<Option<Token>>; 2],
}

/// The running service.
pub(super) struct Service {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

/// One instance.
struct Instance {
    number: usize,
    place: Arc<Place>,
    shared: Arc<Shared>,
    /// What it was given at its start.
    credential: Credential,
    /// The number by which it was started.
    started: u64,
}

impl Service {
    /// Both instances run when this returns.
    pub(super) fn start(place: &Arc<Place>) -> Result<Service, Broken> {
        let shared = Arc::new(Shared::default());
        let mut service = Service { shared: shared.clone(), threads: Vec::new() };
        for number in 0..2 {
            let started = asked(place.path(), number);
            let credential = place.credential(Some(number))?;
            answer(place.path(), number, started)?;
            let mut instance = Instance { number, place: place.clone(), shared: shared.clone(), credential, started };
            service.threads.push(std::thread::spawn(move || instance.serve()));
        }
        Ok(service)
    }

    /// Whether everybody got in so far.
    pub(super) fn sound(&self) -> Result<(), Broken> {
        let broken = self.shared.broken.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        broken.clone().map_or(Ok(()), Err)
    }

    /// Ends it; how many logins there were.
    pub(super) fn stop(mut self) -> Result<u64, Broken> {
        self.end();
        self.sound()?;
        Ok(self.shared.logins.load(Ordering::Relaxed))
    }

    fn end(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                self.shared.breaks("an instance panicked".to_owned());
            }
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn breaks(&self, why: Broken) {
        self.broken.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get_or_insert(why);
    }

    fn signed(&self, number: usize) -> std::sync::MutexGuard<'_, Option<Token>> {
        self.signed[number].lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Instance {
    fn serve(&mut self) {
        while !self.shared.stop.load(Ordering::Relaxed) {
            let turn = self.start_anew().and_then(|()| self.log_in());
            if let Err(why) = turn {
                self.shared.breaks(why);
                return;
            }
            self.shared.logins.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(PAUSE);
        }
    }

    /// Where it was told so.
    fn start_anew(&mut self) -> Result<(), Broken> {
        let asked = asked(self.place.path(), self.number);
        if asked > self.started {
            self.credential = self.place.credential(Some(self.number))?;
            self.started = asked;
            answer(self.place.path(), self.number, asked)?;
        }
        Ok(())
    }

    fn log_in(&self) -> Result<(), Broken> {
        if self.place.kind() == Kind::Keys {
            return self.sign_and_check();
        }
        let Credential { user, value, .. } = &self.credential;
        if self.place.server.lets_in(user, value)? {
            return Ok(());
        }
        Err(format!("a login of instance {} as {user} failed: {:#}", self.number, self.place.entry()?))
    }

    /// Signs something; takes what the other instance signed a moment ago.
    fn sign_and_check(&self) -> Result<(), Broken> {
        let at = Instant::now();
        let other = *self.shared.signed(1 - self.number);
        if let Some(token) = other.filter(|token| token.at.elapsed() < LIFETIME) {
            let keys = std::iter::once(&self.credential.value).chain(&self.credential.other);
            let accepted = keys.into_iter().any(|key| signature(key) == token.signature);
            // It may have become too old while it was looked at.
            if !accepted && token.at.elapsed() < LIFETIME {
                return Err(format!(
                    "instance {} does not know what the other signed: {:#}",
                    self.number,
                    self.place.entry()?
                ));
            }
        }
        *self.shared.signed(self.number) = Some(Token { at, signature: signature(&self.credential.value) });
        Ok(())
    }
}

fn signature(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// The highest number by which the instance was told to start anew.
fn asked(folder: &Path, number: usize) -> u64 {
    let text = fs::read_to_string(folder.join(format!("want.{number}"))).unwrap_or_default();
    text.lines().filter_map(|line| line.trim().parse().ok()).max().unwrap_or(0)
}

fn answer(folder: &Path, number: usize, started: u64) -> Result<(), Broken> {
    let draft = folder.join(format!(".have.{number}"));
    let write = fs::write(&draft, format!("{started}\n"))
        .and_then(|()| fs::rename(&draft, folder.join(format!("have.{number}"))));
    write.map_err(|error| error.to_string())
}
