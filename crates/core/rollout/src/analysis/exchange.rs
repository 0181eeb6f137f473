//! Are bad cells spread over the two releases as by lot?

use super::mixture::Mixture;

/// Odds ratios of a bad cell that the test bets on.
const ODDS: [f64; 4] = [3.0, 8.0, 30.0, 100.0];

/// Sequential test that the newer release's cells are no likelier to be bad than the other's.
///
/// Null: given how many cells of a slice were bad, each cell was as likely as any other to be among them. Errors within a cell may hang
/// together in any way, and so may slices with what was before. Under the alternative with odds ratio ω the number of bad cells among the
/// newer release's follows Fisher's noncentral hypergeometric distribution; the slice's factor is the ratio of the two likelihoods.
/// A slice with no bad cell, or with all bad, says nothing; a baseline without any error needs no special care.
/// A burst in one release alone is outside this null; [`super::rate`] answers for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exchange {
    mixture: Mixture<4>,
}

impl Exchange {
    /// Before the first slice.
    pub fn new() -> Exchange {
        Exchange { mixture: Mixture::new() }
    }

    /// One slice: cells of the newer release seen and bad, the same of the other.
    pub fn step(&mut self, canary_seen: u32, canary_bad: u32, stable_seen: u32, stable_bad: u32) {
        self.mixture.step(ODDS.map(|odds| log_factor(odds, canary_seen, canary_bad, stable_seen, stable_bad)));
    }

    /// A slice in which there was nobody to compare with: another test's factor, as valid, takes its place.
    pub fn step_by(&mut self, log_factor: f64) {
        self.mixture.step([log_factor; 4]);
    }

    /// Natural logarithm of the evidence against the null.
    pub fn log_value(&self) -> f64 {
        self.mixture.log_value()
    }
}

/// ω^x divided by its expectation when the k bad cells are drawn by lot.
fn log_factor(odds: f64, canary_seen: u32, canary_bad: u32, stable_seen: u32, stable_bad: u32) -> f64 {
    let bad = canary_bad + stable_bad;
    let (fewest, most) = (bad.saturating_sub(stable_seen), bad.min(canary_seen));
    if fewest == most {
        return 0.0;
    }
    // P(x) by lot, up to a constant, from one x to the next: C(c,x)·C(s,k−x).
    let (mut chance, mut sum, mut expected) = (1.0, 0.0, 0.0);
    for x in fewest..=most {
        sum += chance;
        expected += chance * odds.powi(x as i32);
        let up = f64::from(canary_seen - x) * f64::from(bad - x);
        let down = f64::from(x + 1) * f64::from(stable_seen + x + 1 - bad);
        chance *= up / down;
    }
    let log_expected = (expected / sum).ln();
    f64::from(canary_bad) * odds.ln() - log_expected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_bad_canary_cell_among_ten_counts_up_to_ten() {
        let factor = log_factor(100.0, 1, 1, 9, 0).exp();
        assert!((9.0..=10.0).contains(&factor), "{factor}");
        assert!(log_factor(100.0, 1, 0, 9, 1) < 0.0, "somebody else's error speaks for it");
        assert_eq!(log_factor(100.0, 1, 1, 9, 9), 0.0, "a shared outage says nothing");
        assert_eq!(log_factor(100.0, 1, 0, 9, 0), 0.0);
    }

    #[test]
    fn the_bet_is_fair_for_every_count() {
        let choose = |n: u32, k: u32| (0..k).fold(1.0, |product, i| product * f64::from(n - i) / f64::from(i + 1));
        for (canary, stable) in [(1_u32, 9_u32), (2, 7), (5, 5), (19, 1), (1, 64), (64, 64)] {
            for bad in 0..=(canary + stable) {
                for odds in ODDS {
                    let (fewest, most) = (bad.saturating_sub(stable), bad.min(canary));
                    let expected: f64 = (fewest..=most)
                        .map(|x| {
                            let chance = choose(canary, x) * choose(stable, bad - x) / choose(canary + stable, bad);
                            chance * log_factor(odds, canary, x, stable, bad - x).exp()
                        })
                        .sum();
                    assert!((expected - 1.0).abs() < 1e-6, "{canary}:{stable}, {bad} bad, ω {odds}: {expected}");
                }
            }
        }
    }
}
