//! What is counted of one slice of time.

use serde::{Deserialize, Serialize};

use crate::{Cells, Side, Ticket, Weight};

/// How one request ended, as far as judging goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The user got an error that is the release's fault: 5xx, a broken or refused connection, no answer in time.
    pub error: bool,
    /// It took longer than the slice's [`Slice::slow_over_us`].
    pub slow: bool,
}

/// One release's share of a slice. JSON: `[requests, errors, slow, cells seen, bad, slow]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, u32, u32, u64, u64, u64)", into = "(u32, u32, u32, u64, u64, u64)")]
pub struct Tally {
    /// Requests that ended in the slice.
    pub requests: u32,
    /// Of these, errors.
    pub errors: u32,
    /// Of these, slow ones.
    pub slow: u32,
    /// Cells with at least one request, a bit each.
    pub cells_seen: u64,
    /// Cells with at least one error.
    pub cells_bad: u64,
    /// Cells with at least one slow request.
    pub cells_slow: u64,
}

/// What both releases did in one slice of time at one weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// Its number: whole slices since the Unix epoch.
    pub index: u64,
    /// Its length, ms.
    pub width_ms: u32,
    /// The newer release's share. A slice in which it changed is closed there and opened anew under the same number.
    pub weight: Weight,
    /// A request longer than this counts as slow, µs: the stable release's 99th percentile over the time before the slice; 0 if unknown.
    pub slow_over_us: u64,
    /// The stable release.
    pub stable: Tally,
    /// The newer release.
    pub canary: Tally,
}

// === impl Tally ===

impl Tally {
    /// Adds one request of the cell `bit`.
    pub fn add(&mut self, bit: u64, outcome: Outcome) {
        self.requests = self.requests.saturating_add(1);
        self.cells_seen |= bit;
        if outcome.error {
            self.errors = self.errors.saturating_add(1);
            self.cells_bad |= bit;
        }
        if outcome.slow {
            self.slow = self.slow.saturating_add(1);
            self.cells_slow |= bit;
        }
    }

    /// Adds another count of the same slice and weight, as another thread kept it.
    pub fn merge(&mut self, other: &Tally) {
        self.requests = self.requests.saturating_add(other.requests);
        self.errors = self.errors.saturating_add(other.errors);
        self.slow = self.slow.saturating_add(other.slow);
        self.cells_seen |= other.cells_seen;
        self.cells_bad |= other.cells_bad;
        self.cells_slow |= other.cells_slow;
    }
}

impl From<(u32, u32, u32, u64, u64, u64)> for Tally {
    fn from((requests, errors, slow, cells_seen, cells_bad, cells_slow): (u32, u32, u32, u64, u64, u64)) -> Tally {
        Tally { requests, errors, slow, cells_seen, cells_bad, cells_slow }
    }
}

impl From<Tally> for (u32, u32, u32, u64, u64, u64) {
    fn from(tally: Tally) -> Self {
        (tally.requests, tally.errors, tally.slow, tally.cells_seen, tally.cells_bad, tally.cells_slow)
    }
}

// === impl Slice ===

impl Slice {
    /// An empty slice.
    pub fn empty(index: u64, width_ms: u32, weight: Weight, slow_over_us: u64) -> Slice {
        Slice { index, width_ms, weight, slow_over_us, stable: Tally::default(), canary: Tally::default() }
    }

    /// Adds one request of a session.
    pub fn add(&mut self, ticket: Ticket, outcome: Outcome) {
        let (side, bit) = Cells::at(self.weight).locate(ticket);
        match side {
            Side::Stable => self.stable.add(bit, outcome),
            Side::Canary => self.canary.add(bit, outcome),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_where_they_were_served() {
        let mut slice = Slice::empty(7, 1000, Weight::from_percent(10), 0);
        for bits in 0..1000 {
            slice.add(Ticket::from_random(bits), Outcome { error: bits % 2 == 0, slow: false });
        }
        assert_eq!(slice.stable.requests + slice.canary.requests, 1000);
        assert_eq!(slice.stable.errors + slice.canary.errors, 500);
        assert_eq!((slice.canary.cells_seen.count_ones(), slice.stable.cells_seen.count_ones()), (10, 64));
        assert_eq!(slice.canary.cells_slow, 0);
    }

    #[test]
    fn threads_counts_merge_to_one() {
        let whole = |range: std::ops::Range<u64>| {
            let mut slice = Slice::empty(7, 1000, Weight::from_percent(30), 0);
            range.for_each(|bits| {
                slice.add(Ticket::from_random(bits), Outcome { error: bits % 3 == 0, slow: bits % 5 == 0 })
            });
            slice
        };
        let (mut first, second) = (whole(0..100), whole(100..250));
        first.stable.merge(&second.stable);
        first.canary.merge(&second.canary);
        assert_eq!(first, whole(0..250));
    }

    #[test]
    fn reads_back_what_it_writes() {
        let mut slice = Slice::empty(7, 1000, Weight::from_percent(10), 1200);
        slice.add(Ticket::from_random(1), Outcome { error: true, slow: true });
        let json = serde_json::to_string(&slice).unwrap();
        assert_eq!(serde_json::from_str::<Slice>(&json).unwrap(), slice, "{json}");
    }
}
