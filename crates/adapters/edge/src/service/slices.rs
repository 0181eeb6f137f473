//! What is counted of each second, and kept until the judge has asked for it.

use std::collections::VecDeque;
use std::time::{SystemTime, UNIX_EPOCH};

use callsheet_traffic::{Outcome, Side, Slice, Weight};

use super::latency::Latency;

/// Length of a slice, ms.
pub(super) const WIDTH_MS: u32 = 1000;
/// Most closed slices kept.
const MOST: usize = 3600;

/// The open slice and the closed ones. A second in which nothing ended and the weight stayed leaves no slice.
#[derive(Debug)]
pub(super) struct Slices {
    open: Slice,
    closed: VecDeque<Slice>,
}

/// The number of the slice of now.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis() as u64 / u64::from(WIDTH_MS)
}

impl Slices {
    pub(super) fn new() -> Slices {
        Slices { open: Slice::empty(0, WIDTH_MS, Weight::NONE, 0), closed: VecDeque::new() }
    }

    /// What is slow now, µs; 0 if unknown.
    pub(super) fn slow_over_us(&self) -> u64 {
        self.open.slow_over_us
    }

    /// Closes the open slice if its second is over or its weight has changed. A clock that was set back leaves it open.
    pub(super) fn roll(&mut self, index: u64, weight: Weight, stable: &Latency) {
        if index <= self.open.index && weight == self.open.weight {
            return;
        }
        let index = index.max(self.open.index);
        let next = Slice::empty(index, WIDTH_MS, weight, stable.p99_us());
        let closed = std::mem::replace(&mut self.open, next);
        if closed.stable.requests + closed.canary.requests > 0 {
            if self.closed.len() == MOST {
                self.closed.pop_front();
            }
            self.closed.push_back(closed);
        }
    }

    /// Adds one outcome.
    pub(super) fn add(&mut self, index: u64, weight: Weight, stable: &Latency, side: Side, bit: u64, outcome: Outcome) {
        self.roll(index, weight, stable);
        match side {
            Side::Stable => self.open.stable.add(bit, outcome),
            Side::Canary => self.open.canary.add(bit, outcome),
        }
    }

    /// Closed slices of whole seconds after `after`. One that a change of weight closed within the second of now waits for its end, so
    /// that asking by number misses none.
    pub(super) fn after(&self, after: u64) -> Vec<Slice> {
        let first = self.closed.partition_point(|slice| slice.index <= after);
        self.closed.iter().skip(first).filter(|slice| slice.index < self.open.index).copied().collect()
    }
}
