//! A client's connection as the worker watches it: instead of timers of its own for each request, a look from time to time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::task::AbortHandle;

use crate::config::ConnectionLimits;

/// What one connection does now. Times are the worker's clock, ms; 0: not.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    /// Since when a head is being read.
    pub(crate) head_since: AtomicU64,
    /// Since when there was no request.
    pub(crate) idle_since: AtomicU64,
    /// Since when the client takes nothing of what it is sent.
    pub(crate) unread_since: AtomicU64,
    /// Since when the client sends nothing of the body it announced.
    pub(crate) unsent_since: AtomicU64,
    /// Requests on it now.
    pub(crate) active: AtomicU32,
    /// The head of the next request must be refused.
    pub(crate) malformed: AtomicBool,
    /// It became a tunnel, which may be silent for as long as it likes.
    pub(crate) tunnel: AtomicBool,
}

impl Connection {
    /// A request begins.
    pub(crate) fn begin(&self) {
        self.active.fetch_add(1, Ordering::Relaxed);
        self.head_since.store(0, Ordering::Relaxed);
    }

    /// It has ended, `now`.
    pub(crate) fn end(&self, now: u64) {
        if self.active.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.idle_since.store(now, Ordering::Relaxed);
        }
        self.unsent_since.store(0, Ordering::Relaxed);
    }

    /// Whether it took longer than it may.
    fn overdue(&self, now: u64, limits: &ConnectionLimits) -> bool {
        let over = |since: &AtomicU64, longest: callsheet_base::Duration| {
            let since = since.load(Ordering::Relaxed);
            since != 0 && now.saturating_sub(since) > longest.as_millis()
        };
        if self.tunnel.load(Ordering::Relaxed) {
            return false;
        }
        if over(&self.unread_since, limits.stall_timeout) {
            return true;
        }
        if self.active.load(Ordering::Relaxed) > 0 {
            return over(&self.unsent_since, limits.stall_timeout);
        }
        over(&self.head_since, limits.head_timeout) || over(&self.idle_since, limits.idle_timeout)
    }
}

/// The connections of one worker.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    open: Mutex<HashMap<u64, (Arc<Connection>, AbortHandle)>>,
    next: AtomicU64,
}

impl Connections {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, (Arc<Connection>, AbortHandle)>> {
        self.open.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// A number for a new one.
    pub(crate) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Watches it.
    pub(crate) fn add(&self, number: u64, connection: Arc<Connection>, task: AbortHandle) {
        self.lock().insert(number, (connection, task));
    }

    /// It has ended.
    pub(crate) fn remove(&self, number: u64) {
        self.lock().remove(&number);
    }

    /// Ends those that took longer than they may; how many.
    pub(crate) fn sweep(&self, now: u64, limits: &ConnectionLimits) -> u64 {
        let mut ended = 0;
        for (connection, task) in self.lock().values() {
            if connection.overdue(now, limits) {
                task.abort();
                ended += 1;
            }
        }
        ended
    }

    /// Ends those without a request.
    pub(crate) fn end_idle(&self) {
        for (connection, task) in self.lock().values() {
            let idle = connection.active.load(Ordering::Relaxed) == 0 && !connection.tunnel.load(Ordering::Relaxed);
            if idle {
                task.abort();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_hold_a_connection_has_its_limit() {
        let limits = ConnectionLimits::default();
        let check = |change: fn(&Connection), now: u64, expected: bool| {
            let connection = Connection::default();
            change(&connection);
            assert_eq!(connection.overdue(now, &limits), expected, "{connection:?} at {now}");
        };
        let set = |field: &AtomicU64| field.store(1, Ordering::Relaxed);
        check(|c| c.head_since.store(1, Ordering::Relaxed), 10_001, false);
        check(|c| c.head_since.store(1, Ordering::Relaxed), 10_002, true);
        check(|c| c.idle_since.store(1, Ordering::Relaxed), 75_002, true);
        check(|c| c.unread_since.store(1, Ordering::Relaxed), 60_002, true);
        let busy = Connection::default();
        busy.begin();
        set(&busy.idle_since);
        assert!(!busy.overdue(1_000_000, &limits), "a long answer is not idle");
        set(&busy.unsent_since);
        assert!(busy.overdue(60_002, &limits), "a body that stands still is");
        busy.tunnel.store(true, Ordering::Relaxed);
        assert!(!busy.overdue(1_000_000, &limits), "a tunnel may be silent");
    }
}
