//! A request that is registered at an instance. However it ends, it is counted once and registered no more.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use callsheet_traffic::Outcome;

use super::choice::Counted;
use super::{Instance, Service};

/// The registration.
#[derive(Debug)]
pub(crate) struct InFlight {
    service: Arc<Service>,
    instance: Arc<Instance>,
    counted: Counted,
    started: Instant,
    /// The status of the answer and how long its head took, µs.
    answered: Option<(u16, u64)>,
    /// The answer broke off.
    broken: bool,
    /// Its outcome is in the slice already, or is not to be.
    told: bool,
}

impl InFlight {
    pub(super) fn new(service: Arc<Service>, instance: Arc<Instance>, counted: Counted, started: Instant) -> InFlight {
        InFlight { service, instance, counted, started, answered: None, broken: false, told: false }
    }

    pub(crate) fn instance(&self) -> &Arc<Instance> {
        &self.instance
    }

    pub(super) fn counted(&self) -> &Counted {
        &self.counted
    }

    /// The head of the instance's answer is here.
    pub(crate) fn answered(&mut self, status: u16, now: Instant) {
        self.answered = Some((status, now.saturating_duration_since(self.started).as_micros() as u64));
        self.instance.succeeded();
    }

    /// No answer came in time, and the client is told so.
    pub(crate) fn timed_out(&mut self, status: u16, now: Instant) {
        self.answered = Some((status, now.saturating_duration_since(self.started).as_micros() as u64));
        if self.instance.failed(false) {
            let mut state = self.service.lock();
            if let Some(side) = state.side_of(&self.counted) {
                state.set(side).eject(&self.instance, now);
            }
        }
    }

    /// The answer broke off.
    pub(crate) fn broke(&mut self) {
        self.broken = true;
    }

    /// It is counted now and stays registered: for answers that last as long as the client likes.
    pub(crate) fn count_now(&mut self) {
        self.tell(false);
    }

    /// It ended by the client's own fault: no release is to blame, and none is praised.
    pub(crate) fn blameless(self) {
        self.forget_outcome();
    }

    /// It ends without an outcome of its own.
    pub(super) fn forget_outcome(mut self) {
        self.told = true;
    }

    fn tell(&mut self, ends: bool) {
        if self.told && !ends {
            return;
        }
        let now = Instant::now();
        let mut state = self.service.lock();
        if !self.told {
            let waited = now.saturating_duration_since(self.started).as_micros() as u64;
            let (status, micros) = self.answered.unwrap_or((0, waited));
            let error = self.broken || status >= 500;
            let slow_over = state.slices.slow_over_us();
            let slow = slow_over > 0 && micros > slow_over;
            state.count(&self.counted, Outcome { error, slow });
            if let Some(side) = state.side_of(&self.counted) {
                let set = state.set(side);
                if self.counted.judged {
                    set.latency.add(micros, now);
                }
                set.totals.add(status, self.broken, micros);
            }
            self.told = true;
        }
        if ends {
            self.instance.in_flight.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.tell(true);
    }
}
