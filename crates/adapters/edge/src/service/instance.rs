//! One instance: where it is, what is open to it, how it fares.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use callsheet_rollout::Member;

use crate::data::Upstream;

/// One instance. Its counters change only under its service's lock, where they belong to what is decided there.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) member: Member,
    pub(crate) in_flight: AtomicU64,
    /// Of no pool any more: connections to it are not kept.
    retired: AtomicBool,
    /// Idle connections, by the worker whose runtime drives them.
    idle: Box<[Mutex<Vec<Idle>>]>,
    /// Connection failures in a row.
    failures: AtomicU32,
    ejection: Mutex<Option<Ejection>>,
    /// Mirrors whether `ejection` is some, to be read for each request.
    ejected: AtomicBool,
    /// Its health checks say that it is not well, or is another version; only they take that back.
    unwell: AtomicBool,
}

#[derive(Debug)]
struct Idle {
    upstream: Upstream,
    since: Instant,
}

#[derive(Debug)]
struct Ejection {
    /// When one request may try again.
    probation: Instant,
    /// Of the next ejection, if that try fails.
    length: Duration,
}

/// Most idle connections of one worker to one instance.
const MOST_IDLE: usize = 256;
/// Failures in a row that eject where the connection was made but broke; one that is refused ejects at once.
const FAILURES: u32 = 3;
const FIRST_EJECTION: Duration = Duration::from_secs(1);
const LONGEST_EJECTION: Duration = Duration::from_secs(30);

impl Instance {
    pub(crate) fn new(member: Member, workers: usize) -> Instance {
        Instance {
            member,
            in_flight: AtomicU64::new(0),
            retired: AtomicBool::new(false),
            idle: (0..workers.max(1)).map(|_| Mutex::new(Vec::new())).collect(),
            failures: AtomicU32::new(0),
            ejection: Mutex::new(None),
            ejected: AtomicBool::new(false),
            unwell: AtomicBool::new(false),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.member.address
    }

    // === idle connections ===

    /// A connection that was idle for no longer than `longest` and can take a request: the one used last.
    pub(crate) fn take_idle(&self, worker: usize, now: Instant, longest: Duration) -> Option<Upstream> {
        let mut idle = locked(&self.idle[worker]);
        while let Some(mut last) = idle.pop() {
            let age = now.saturating_duration_since(last.since);
            if age >= longest && age < last.upstream.keeps() {
                // Too old for this request alone, and so are all below it.
                idle.push(last);
                return None;
            }
            if age < last.upstream.keeps() && last.upstream.is_ready() {
                return Some(last.upstream);
            }
        }
        None
    }

    /// Keeps a connection for the next request, unless nobody will send one.
    pub(crate) fn keep(&self, worker: usize, mut upstream: Upstream, now: Instant) {
        if !upstream.is_ready() {
            // The instance closes it, or has answered before it was sent everything.
            return;
        }
        let mut idle = locked(&self.idle[worker]);
        // Read under the lock that `retire` empties the list under: none is kept after it.
        if !self.retired.load(Ordering::Acquire) && idle.len() < MOST_IDLE {
            idle.push(Idle { upstream, since: now });
        }
    }

    /// No request comes any more: idle connections are closed now, the others when their request has ended.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        for idle in &self.idle {
            locked(idle).clear();
        }
    }

    /// It is in a pool again.
    pub(crate) fn revive(&self) {
        self.retired.store(false, Ordering::Release);
    }

    /// Closes connections that are too old to be used again.
    pub(crate) fn sweep(&self, now: Instant, longest: Duration) {
        for idle in &self.idle {
            locked(idle).retain_mut(|idle| {
                let fresh = now.saturating_duration_since(idle.since) < longest.min(idle.upstream.keeps());
                fresh && idle.upstream.is_ready()
            });
        }
    }

    // === ejection ===

    /// Whether it gets no requests now.
    pub(crate) fn is_ejected(&self) -> bool {
        self.ejected.load(Ordering::Relaxed) || self.unwell.load(Ordering::Relaxed)
    }

    /// It answered.
    pub(crate) fn succeeded(&self) {
        if self.failures.load(Ordering::Relaxed) != 0 {
            self.failures.store(0, Ordering::Relaxed);
        }
        if self.ejected.load(Ordering::Relaxed) {
            self.readmit();
        }
    }

    /// Its health check says that it is well.
    pub(crate) fn found_well(&self) {
        self.unwell.store(false, Ordering::Relaxed);
        if self.ejected.load(Ordering::Relaxed) {
            self.readmit();
        }
    }

    /// Its health checks say that it is not.
    pub(crate) fn found_unwell(&self) {
        self.unwell.store(true, Ordering::Relaxed);
    }

    fn readmit(&self) {
        *locked(&self.ejection) = None;
        self.failures.store(0, Ordering::Relaxed);
        self.ejected.store(false, Ordering::Relaxed);
    }

    /// A connection failed. Whether it failed often enough to be ejected.
    pub(crate) fn failed(&self, refused: bool) -> bool {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        refused || failures >= FAILURES
    }

    /// Takes it out until its probation; longer each time.
    pub(crate) fn eject(&self, now: Instant) {
        let mut ejection = locked(&self.ejection);
        let length = ejection.as_ref().map_or(FIRST_EJECTION, |ejection| ejection.length);
        *ejection = Some(Ejection { probation: now + length, length: (length * 2).min(LONGEST_EJECTION) });
        self.ejected.store(true, Ordering::Relaxed);
    }

    /// Whether this request may be the one that tries it again. Says yes once for each probation.
    pub(crate) fn on_probation(&self, now: Instant) -> bool {
        if self.unwell.load(Ordering::Relaxed) {
            return false;
        }
        let mut ejection = locked(&self.ejection);
        match ejection.as_mut() {
            Some(ejection) if ejection.probation <= now => {
                // Nobody else until this one has ended, or was lost.
                ejection.probation = now + ejection.length;
                true
            }
            _ => false,
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
