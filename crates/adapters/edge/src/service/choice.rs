//! Who serves a request.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use callsheet_traffic::{Cells, Outcome, Side, Ticket};

use super::{InFlight, Instance, Service, State};

/// What is known of a request when an instance is chosen for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    /// Its session's place.
    pub(crate) ticket: Ticket,
    /// Whether the session stays with one instance.
    pub(crate) pin: bool,
    /// To the newer release whenever there is one, and not judged.
    pub(crate) preview: bool,
}

/// An instance, with the request registered there.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) instance: Arc<Instance>,
    pub(crate) guard: InFlight,
}

/// What becomes of a request.
#[derive(Debug)]
pub(crate) enum Choice {
    /// It goes there.
    Chosen(Chosen),
    /// The service is held.
    Held,
    /// No instance can take it.
    Nobody,
}

/// Where a request counts.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) side: Side,
    /// The release that serves it.
    pub(super) version: Arc<str>,
    pub(super) ticket: Ticket,
    /// Its cell at `cells`.
    pub(super) bit: u64,
    /// The cut when it was chosen.
    pub(super) cells: Cells,
    pub(super) judged: bool,
}

impl Service {
    /// Chooses an instance, not one of `tried`, and registers the request there.
    pub(crate) fn choose(self: &Arc<Self>, wish: Wish, tried: &[Arc<Instance>], now: Instant) -> Choice {
        let mut state = self.lock();
        state.look_at_lease(now);
        let preview = wish.preview && state.has_canary();
        if state.held && tried.is_empty() && !preview {
            return Choice::Held;
        }
        let state = &mut *state;
        let cells = state.cells;
        let (mut side, mut bit) = cells.locate(wish.ticket);
        if preview {
            (side, bit) = (Side::Canary, 0);
        }
        let pin = wish.pin.then_some(wish.ticket);
        let mut picked = state.set(side).pick(pin, tried, now);
        if picked.is_none() && side == Side::Canary && !wish.preview {
            // No user pays for a newer release that is gone; what failed was counted against it when it did.
            (side, bit) = (Side::Stable, 0);
            picked = state.set(side).pick(pin, tried, now);
        }
        let Some(instance) = picked else { return Choice::Nobody };
        instance.in_flight.fetch_add(1, Ordering::Relaxed);
        let version = state.set(side).version.clone();
        let counted = Counted { side, version, ticket: wish.ticket, bit, cells, judged: !wish.preview };
        Choice::Chosen(Chosen {
            instance: instance.clone(),
            guard: InFlight::new(self.clone(), instance, counted, now),
        })
    }

    /// Waits until the service is held no more; `false`: it took too long, or too many wait already.
    pub(crate) async fn released(self: &Arc<Self>, most: u32, longest: Duration) -> bool {
        let released = self.released.notified();
        let mut released = std::pin::pin!(released);
        {
            let mut state = self.lock();
            if !state.held {
                return true;
            }
            if state.waiting >= most {
                return false;
            }
            state.waiting += 1;
            // Under the lock: a release after it cannot be missed.
            released.as_mut().enable();
        }
        let waiting = Waiting(self);
        let in_time = tokio::time::timeout(longest, released).await.is_ok();
        drop(waiting);
        in_time
    }

    /// A try at `instance` failed before any answer. It counts against the release that it was meant for, at once.
    pub(crate) fn attempt_failed(&self, guard: InFlight, refused: bool, now: Instant) {
        let mut state = self.lock();
        let instance = guard.instance().clone();
        if instance.failed(refused)
            && let Some(side) = state.side_of(guard.counted())
        {
            state.set(side).eject(&instance, now);
        }
        state.count(guard.counted(), Outcome { error: true, slow: false });
        drop(state);
        guard.forget_outcome();
    }
}

/// One that waits; however it ends, it waits no more.
struct Waiting<'s>(&'s Service);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.waiting = state.waiting.saturating_sub(1);
    }
}

impl State {
    pub(super) fn set(&mut self, side: Side) -> &mut super::Set {
        match side {
            Side::Stable => &mut self.stable,
            Side::Canary => &mut self.canary,
        }
    }

    /// Which side the release of a request is now; `None`: neither any more.
    pub(super) fn side_of(&mut self, counted: &Counted) -> Option<Side> {
        let other = if counted.side == Side::Stable { Side::Canary } else { Side::Stable };
        [counted.side, other].into_iter().find(|&side| {
            let version = &self.set(side).version;
            Arc::ptr_eq(version, &counted.version) || *version == counted.version
        })
    }

    /// Adds one outcome to the slice of now, where it was served.
    pub(super) fn count(&mut self, counted: &Counted, outcome: Outcome) {
        let Some(side) = self.side_of(counted).filter(|_| counted.judged) else { return };
        let bit = if counted.cells == self.cells && side == counted.side {
            counted.bit
        } else {
            // Chosen at another cut: it belongs to a cell of this one only where this one has its session on the side that served it.
            let (now, bit) = self.cells.locate(counted.ticket);
            if now == side { bit } else { 0 }
        };
        self.slices.add(super::slices::now(), self.cells.weight(), &self.stable.latency, side, bit, outcome);
    }
}
