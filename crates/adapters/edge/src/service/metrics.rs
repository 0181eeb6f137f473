//! What is counted of one release since the edge started, for Prometheus.

/// Upper bounds of the buckets, µs.
pub(super) const BOUNDS_US: [u64; 12] =
    [1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000];

/// Requests that ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Totals {
    /// By hundreds of the status: 0 is a client that left before any answer.
    pub(super) by_class: [u64; 6],
    /// Answers that broke off.
    pub(super) broken: u64,
    /// Answers up to each bound, and above the last; not cumulative.
    pub(super) buckets: [u64; BOUNDS_US.len() + 1],
    /// Of all times, µs.
    pub(super) sum_us: u64,
}

impl Totals {
    /// Adds one.
    pub(super) fn add(&mut self, status: u16, broken: bool, micros: u64) {
        self.by_class[usize::from(status / 100).min(5)] += 1;
        self.broken += u64::from(broken);
        self.buckets[BOUNDS_US.partition_point(|&bound| bound < micros)] += 1;
        self.sum_us += micros;
    }

    /// How many.
    pub(super) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }
}
