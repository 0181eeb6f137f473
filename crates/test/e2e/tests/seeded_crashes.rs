//! A sample of the seeded crash stories that `cargo xtask soak` tells at length.

use callsheet_e2e::stories;

fn tell(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        stories::crash(seed).unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
    }
}

#[test]
fn first_sample() {
    tell(0..6);
}

#[test]
fn second_sample() {
    tell(100..106);
}
