//! Four hundred stories of releases in the ordinary tests; `cargo xtask soak` tells more.

use std::time::Duration;

use callsheet_simulation::{Kind, Summary, Tally, run_seeds, tell};

#[test]
fn releases_end_whole_whatever_befalls_them() {
    let halves = [0..200, 200..400];
    let halves = halves.map(|seeds| std::thread::spawn(move || run_seeds(Kind::Releases, seeds, Duration::MAX)));
    let mut summary = Summary::default();
    halves.into_iter().for_each(|half| summary.add(half.join().unwrap()));
    assert!(summary.failure.is_none(), "{summary}");
    // The stories are worth something only if things do go wrong in them.
    let Tally { processes, rollouts, promoted, judged, turned_back, crashes, leases, superseded, .. } = summary.tally;
    assert_eq!(summary.seeds, 400);
    assert!(processes > 1000 && rollouts > 400 && promoted > 200 && turned_back > 100, "{summary}");
    assert!(judged > 3 && crashes > 400 && leases > 20 && superseded > 3, "{summary}");
}

#[test]
fn a_seed_tells_the_same_story_again() {
    assert_eq!(tell(Kind::Releases, 7), tell(Kind::Releases, 7));
}

/// A control plane died between its last word to the edge and the record of it, then an instance crashed: all traffic went to the release
/// that was gone.
#[test]
fn an_edge_that_heard_the_last_word_keeps_the_release() {
    let summary = run_seeds(Kind::Releases, 5_001_315..5_001_316, Duration::MAX);
    assert!(summary.failure.is_none(), "{summary}");
}
