//! A sample of the seeded rollout stories that `cargo xtask soak --only rollouts` tells at length.

use callsheet_e2e::stories;

fn tell(seed: u64) {
    let told = stories::rollout(seed).unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
    assert!(told.deploys >= 3 && told.kills > 0 && told.answers > 100, "seed {seed}: {told:?}");
}

#[test]
fn a_canary_survives_its_control_plane() {
    tell(0);
}

#[test]
fn a_rolling_release_survives_its_edge() {
    tell(6);
}

#[test]
fn a_blue_green_release_survives_a_hand_over_that_is_cut() {
    tell(29);
}
