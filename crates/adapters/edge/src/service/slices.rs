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

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Outcome = Outcome { error: false, slow: false };

    /// Adds one to the stable side at each (second, percent).
    fn filled(at: &[(u64, u16)]) -> Slices {
        let mut slices = Slices::new();
        for &(index, percent) in at {
            slices.add(index, Weight::from_percent(percent), &Latency::default(), Side::Stable, 1, GOOD);
        }
        slices
    }

    fn check(slices: &Slices, after: u64, expected: &[(u64, &str, u32)]) {
        let seen: Vec<_> = slices
            .after(after)
            .iter()
            .map(|slice| (slice.index, slice.weight.to_string(), slice.stable.requests))
            .collect();
        let seen: Vec<_> = seen.iter().map(|(index, weight, requests)| (*index, weight.as_str(), *requests)).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_second_is_told_when_it_is_over() {
        let slices = filled(&[(7, 10), (7, 10), (8, 10), (10, 10)]);
        check(&slices, 0, &[(7, "10%", 2), (8, "10%", 1)]);
        check(&slices, 7, &[(8, "10%", 1)]);
        check(&slices, 8, &[]);
    }

    #[test]
    fn a_second_in_which_the_weight_changed_is_told_as_a_whole() {
        let mut slices = filled(&[(7, 10), (7, 20), (7, 20)]);
        // Told now, its second half would have a number that was asked for already.
        check(&slices, 0, &[]);
        slices.roll(8, Weight::from_percent(20), &Latency::default());
        check(&slices, 0, &[(7, "10%", 1), (7, "20%", 2)]);
    }

    #[test]
    fn a_clock_that_was_set_back_loses_nothing() {
        let slices = filled(&[(7, 10), (5, 10), (5, 20), (8, 20)]);
        check(&slices, 6, &[(7, "10%", 2), (7, "20%", 1)]);
    }

    #[test]
    fn only_so_many_are_kept() {
        let many: Vec<(u64, u16)> = (0..MOST as u64 + 10).map(|index| (index, 10)).collect();
        assert_eq!(filled(&many).after(0).len(), MOST);
    }
}
