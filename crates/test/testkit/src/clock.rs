//! A clock that stands still until it is told to move, forwards or backwards.

use std::sync::{Arc, Mutex, PoisonError};

use callsheet_base::{Duration, Timestamp};

/// A simulated clock; clones show the same time.
#[derive(Clone, Debug)]
pub struct SimClock {
    now: Arc<Mutex<Timestamp>>,
}

impl SimClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> SimClock {
        SimClock { now: Arc::new(Mutex::new(now)) }
    }

    /// The time it shows.
    pub fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves forwards; returns the new time.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = by.after(*now);
        *now
    }

    /// Jumps to any time, as when a machine's clock is set.
    pub fn jump(&self, to: Timestamp) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }
}

impl Default for SimClock {
    /// Noon of 2026-01-15, UTC.
    fn default() -> SimClock {
        SimClock::at("2026-01-15T12:00:00Z".parse().expect("a valid instant"))
    }
}
