//! A test that may begin at any time: one martingale per starting point, weighed so that all together still start at one.

/// Slices between two starting points.
const EPOCH: u64 = 10;
/// A starting point whose evidence is this far below one (natural logarithm) is forgotten: that only lowers the sum.
const FORGOTTEN: f64 = -40.0;

/// Martingales for `A` alternatives, started anew every ten slices.
///
/// A release that was good for a day has gathered much evidence for itself; a single martingale would need as much against it. Started
/// anew at epoch j with weight 1/(j(j+1)), the sum over all epochs stays a martingale that starts at one, and a change at epoch j is seen
/// as if the test had just begun, at the price of ln j(j+1). (The idea of e-detectors: Shin, Ramdas, Rinaldo, 2023.)
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mixture<const A: usize> {
    slices: u64,
    started: Vec<(f64, [f64; A])>,
}

impl<const A: usize> Mixture<A> {
    /// Before the first slice: the value is one.
    pub fn new() -> Self {
        Mixture { slices: 0, started: Vec::new() }
    }

    /// Multiplies every alternative's martingale by its factor of this slice, given as natural logarithms.
    pub fn step(&mut self, log_factors: [f64; A]) {
        if self.slices.is_multiple_of(EPOCH) {
            let epoch = (self.slices / EPOCH + 1) as f64;
            self.started.push((-(epoch * (epoch + 1.0)).ln(), [0.0; A]));
        }
        self.slices += 1;
        for (_, values) in &mut self.started {
            for (value, factor) in values.iter_mut().zip(log_factors) {
                *value += factor;
            }
        }
        self.started.retain(|(_, values)| values.iter().any(|&value| value > FORGOTTEN));
    }

    /// The natural logarithm of the value now.
    pub fn log_value(&self) -> f64 {
        let epochs = self.slices.div_ceil(EPOCH);
        // Epochs still to come each are worth their weight: the sum of 1/(j(j+1)) over j > n is 1/(n+1).
        let to_come = -((epochs + 1) as f64).ln();
        let begun = self
            .started
            .iter()
            .flat_map(|(weight, values)| values.iter().map(move |value| weight + value - (A as f64).ln()));
        log_sum(begun.chain([to_come]))
    }
}

fn log_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    largest + logs.map(|log| (log - largest).exp()).sum::<f64>().ln()
}

/// Mixes a factor with one so that a single slice never counts for more than `cap`: bets less, and stays a fair bet.
/// `largest` is the largest value the factor could take in this slice; both are natural logarithms.
pub fn damped(log_factor: f64, log_largest: f64, cap: f64) -> f64 {
    let largest = log_largest.exp();
    if largest <= cap {
        return log_factor;
    }
    let share = (cap - 1.0) / (largest - 1.0);
    (1.0 - share + share * log_factor.exp()).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_evidence_the_value_stays_one() {
        let mut mixture = Mixture::<3>::new();
        assert!(mixture.log_value().abs() < 1e-12);
        for _ in 0..1000 {
            mixture.step([0.0; 3]);
            assert!(mixture.log_value().abs() < 1e-9);
        }
    }

    #[test]
    fn a_change_after_a_good_day_is_still_seen() {
        let mut mixture = Mixture::<1>::new();
        (0..86_400).for_each(|_| mixture.step([-1.0]));
        let needed = (1..100).find(|_| {
            mixture.step([2.0]);
            mixture.log_value() > 7.0
        });
        assert!(needed.unwrap() <= 25, "{needed:?}");
        assert!(mixture.started.len() < 100, "forgets what no longer matters");
    }

    #[test]
    fn a_damped_factor_is_bounded_and_still_fair() {
        // A bet won one time in a hundred, paid a hundredfold, is fair; so is its damped form.
        let (won, lost) = (damped(100_f64.ln(), 100_f64.ln(), 10.0), damped(-1e9, 100_f64.ln(), 10.0));
        assert!((won.exp() - 10.0).abs() < 1e-9);
        assert!((0.01 * won.exp() + 0.99 * lost.exp() - 1.0).abs() < 1e-9);
    }
}
