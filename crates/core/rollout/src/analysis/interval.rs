//! A confidence interval for an average over slices that holds at all times at once.

use serde::{Deserialize, Serialize};

/// Where the average lies, with the chance asked for, at every slice from the first on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Not below.
    pub low: f64,
    /// Not above.
    pub high: f64,
}

/// Running sums for the predictable plug-in empirical Bernstein confidence sequence (Waudby-Smith and Ramdas, "Estimating means of bounded
/// random variables by betting", JRSS B 86, 2024, theorem 2) of values between 0 and 1, one per slice, in any dependence on the past.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sequence {
    alpha: f64,
    count: f64,
    sum: f64,
    square_deviations: f64,
    bets: f64,
    bet_values: f64,
    penalties: f64,
}

impl Sequence {
    /// Wrong with a chance of at most `alpha`, over all time.
    pub fn new(alpha: f64) -> Sequence {
        Sequence { alpha, count: 0.0, sum: 0.0, square_deviations: 0.25, bets: 0.0, bet_values: 0.0, penalties: 0.0 }
    }

    /// One slice's value, 0 to 1.
    pub fn step(&mut self, value: f64) {
        let mean_before = (0.5 + self.sum) / (self.count + 1.0);
        let variance_before = self.square_deviations / (self.count + 1.0);
        self.count += 1.0;
        let bet =
            (2.0 * (2.0 / self.alpha).ln() / (variance_before * self.count * (1.0 + self.count).ln())).sqrt().min(0.75);
        self.bets += bet;
        self.bet_values += bet * value;
        self.penalties += (value - mean_before).powi(2) * (-(1.0 - bet).ln() - bet);
        self.sum += value;
        let mean = (0.5 + self.sum) / (self.count + 1.0);
        self.square_deviations += (value - mean).powi(2);
    }

    /// The interval now; everything is possible before the first slice.
    pub fn interval(&self) -> Interval {
        if self.bets == 0.0 {
            return Interval { low: 0.0, high: 1.0 };
        }
        let centre = self.bet_values / self.bets;
        let margin = ((2.0 / self.alpha).ln() + self.penalties) / self.bets;
        Interval { low: (centre - margin).max(0.0), high: (centre + margin).min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrows_around_the_truth() {
        let mut sequence = Sequence::new(0.05);
        assert_eq!(sequence.interval(), Interval { low: 0.0, high: 1.0 });
        for slice in 0..2000 {
            sequence.step(if slice % 20 == 0 { 0.4 } else { 0.0 });
        }
        let Interval { low, high } = sequence.interval();
        assert!(low <= 0.02 && high >= 0.02 && high - low < 0.04, "{low} to {high}");
    }
}
