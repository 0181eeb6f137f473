//! How long one release took to answer, lately.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

/// Answers of the last one to two windows.
pub(super) struct Latency {
    current: Histogram<u32>,
    before: Histogram<u32>,
    turned: Instant,
}

const WINDOW: Duration = Duration::from_secs(30);
/// Longest time told apart, µs: ten minutes.
const LONGEST_US: u64 = 600_000_000;
/// Answers below which a 99th percentile says nothing.
const FEWEST: u64 = 200;

impl Default for Latency {
    fn default() -> Latency {
        Latency { current: histogram(), before: histogram(), turned: Instant::now() }
    }
}

/// Two significant digits: a p99 is off by 1 % at most.
fn histogram() -> Histogram<u32> {
    Histogram::new_with_bounds(1, LONGEST_US, 2).expect("the bounds are in order and the digits few")
}

impl Latency {
    /// Adds one answer.
    pub(super) fn add(&mut self, micros: u64, now: Instant) {
        if now.saturating_duration_since(self.turned) >= WINDOW {
            std::mem::swap(&mut self.current, &mut self.before);
            self.current.reset();
            self.turned = now;
        }
        self.current.saturating_record(micros.max(1));
    }

    /// The 99th percentile, µs; 0 if there are too few.
    pub(super) fn p99_us(&self) -> u64 {
        let count = self.current.len() + self.before.len();
        if count < FEWEST {
            return 0;
        }
        // The larger of the two windows' would let one bad half minute decide; both together are the honest figure.
        let mut both = self.before.clone();
        match both.add(&self.current) {
            Ok(()) => both.value_at_quantile(0.99),
            Err(_) => self.current.value_at_quantile(0.99),
        }
    }
}

impl std::fmt::Debug for Latency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Latency").field("p99_us", &self.p99_us()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_needs_enough_answers_and_is_of_late() {
        let begun = Instant::now();
        let mut latency = Latency { turned: begun, ..Latency::default() };
        (0..FEWEST - 1).for_each(|_| latency.add(1_000, begun));
        assert_eq!(latency.p99_us(), 0);
        latency.add(1_000, begun);
        assert!((990..=1_010).contains(&latency.p99_us()), "{latency:?}");
        // Two windows later nothing is left of it.
        for window in 1..=2 {
            (0..FEWEST).for_each(|_| latency.add(50_000, begun + WINDOW * window));
        }
        assert!((49_000..=51_000).contains(&latency.p99_us()), "{latency:?}");
        assert!((49_000..=51_000).contains(&latency.before.value_at_quantile(0.01)), "{latency:?}");
    }
}
