//! Does a release see more bad slices than a given rate explains?

use super::mixture::{Mixture, damped};

/// Alternatives, as multiples of the rate, at most [`HIGHEST`].
pub type Times = [f64; 5];

/// For what seldom happens: errors.
pub const RARE: Times = [3.0, 8.0, 20.0, 60.0, 200.0];
/// For what happens once in a hundred times by definition: slow requests.
pub const USUAL: Times = [2.5, 4.0, 7.0, 15.0, 40.0];

const HIGHEST: f64 = 0.9;
/// The most that one slice may count for.
const CAP: f64 = 12.0;

/// Sequential test that bad requests come at no more than a rate, given anew for each slice from what was known before it.
///
/// Null: whatever came before, a slice with n requests has a bad one with a chance of at most 1 − (1−burst)(1−rate)ⁿ: it is hit by a burst,
/// or requests fail independently. A slice counts as bad once, however deep the burst. The factor is the Bernoulli likelihood ratio.
#[derive(Clone, Debug, PartialEq)]
pub struct Rate {
    times: Times,
    mixture: Mixture<5>,
}

impl Rate {
    /// Before the first slice.
    pub fn new(times: Times) -> Rate {
        Rate { times, mixture: Mixture::new() }
    }

    /// One slice of `requests`, `bad` if any of them was; `rate` and `burst` are chances, of a request and of a slice.
    pub fn step(&mut self, requests: u32, bad: bool, rate: f64, burst: f64) {
        self.mixture.step(self.times.map(|times| log_factor(requests, bad, rate, times, burst)));
    }

    /// Natural logarithm of the evidence against the null.
    pub fn log_value(&self) -> f64 {
        self.mixture.log_value()
    }
}

/// The chance that a slice of `requests` is bad.
pub fn chance_of_bad(requests: f64, rate: f64, burst: f64) -> f64 {
    1.0 - (1.0 - burst) * (1.0 - rate).powf(requests)
}

/// The factor of one slice for the alternative `rate` × `times`, natural logarithm.
fn log_factor(requests: u32, bad: bool, rate: f64, times: f64, burst: f64) -> f64 {
    let requests = f64::from(requests);
    let (null, other) =
        (chance_of_bad(requests, rate, burst), chance_of_bad(requests, (rate * times).min(HIGHEST), burst));
    if null <= 0.0 || null >= 1.0 || other <= null {
        return 0.0;
    }
    let log_largest = (other / null).ln();
    damped(if bad { log_largest } else { ((1.0 - other) / (1.0 - null)).ln() }, log_largest, CAP)
}

/// The average over the alternatives, natural logarithm: one bet by itself.
pub fn log_mean_factor(times: Times, requests: u32, bad: bool, rate: f64, burst: f64) -> f64 {
    let sum: f64 = times.iter().map(|&times| log_factor(requests, bad, rate, times, burst).exp()).sum();
    (sum / times.len() as f64).ln()
}

/// By how much the logarithm of the best alternative for errors grows per slice if requests fail at `actual`; what a slice is worth.
pub fn growth(requests: f64, actual: f64, rate: f64, burst: f64) -> f64 {
    let whole = requests.round().max(1.0) as u32;
    let bad = chance_of_bad(requests, actual, burst);
    let of = |times| {
        bad * log_factor(whole, true, rate, times, burst) + (1.0 - bad) * log_factor(whole, false, rate, times, burst)
    };
    RARE.iter().map(|&times| of(times)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bet_is_fair_at_the_null() {
        for requests in [1, 10, 100, 10_000] {
            for rate in [0.0005, 0.002, 0.05] {
                for times in RARE.into_iter().chain(USUAL) {
                    let null = chance_of_bad(f64::from(requests), rate, 0.005);
                    let expected = null * log_factor(requests, true, rate, times, 0.005).exp()
                        + (1.0 - null) * log_factor(requests, false, rate, times, 0.005).exp();
                    assert!((expected - 1.0).abs() < 1e-9, "n {requests}, rate {rate}, × {times}: {expected}");
                }
            }
        }
    }

    #[test]
    fn a_deep_burst_counts_once() {
        let mut test = Rate::new(RARE);
        (0..60).for_each(|_| test.step(10, false, 0.002, 0.005));
        test.step(10, true, 0.002, 0.005);
        assert!(test.log_value() < CAP.ln(), "{}", test.log_value());
    }

    #[test]
    fn one_request_in_ten_failing_is_seen_within_ten_slices() {
        let mut test = Rate::new(RARE);
        let mut slices = 0;
        while test.log_value() < 7.6 {
            // Two slices in three have an error at this rate.
            test.step(10, slices % 3 != 2, 0.002, 0.005);
            slices += 1;
        }
        assert!(slices <= 10, "{slices}");
    }
}
