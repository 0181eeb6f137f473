//! Numbers that are the same for the same seed (SplitMix64, Steele, Lea and Flood 2014).

use std::time::Duration;

/// A seeded source of choices.
#[derive(Clone, Debug)]
pub struct Seed(u64);

impl Seed {
    /// From a story's number.
    pub fn new(seed: u64) -> Seed {
        Seed(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is at least 1.
    pub fn below(&mut self, end: u64) -> u64 {
        self.bits() % end.max(1)
    }

    /// True once in `times`.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// A length of time below `most`, in microseconds' steps.
    pub fn pause(&mut self, most: Duration) -> Duration {
        Duration::from_micros(self.below(most.as_micros() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::Seed;

    #[test]
    fn the_same_seed_makes_the_same_choices() {
        let draw = |seed| {
            std::iter::repeat_with(move || seed).take(1).flat_map(|seed| {
                let mut seed = Seed::new(seed);
                (0..4).map(move |_| seed.bits())
            })
        };
        assert!(draw(7).eq(draw(7)));
        assert!(!draw(7).eq(draw(8)));
    }
}
