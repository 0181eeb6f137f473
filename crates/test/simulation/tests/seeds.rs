//! Two thousand stories in the ordinary tests; `cargo xtask soak` tells more.

use std::time::Duration;

use callsheet_simulation::{Kind, Summary, Tally, run_seeds, tell};

#[test]
fn two_thousand_stories_end_well() {
    let halves =
        [0..1000, 1000..2000].map(|seeds| std::thread::spawn(move || run_seeds(Kind::Runs, seeds, Duration::MAX)));
    let mut summary = Summary::default();
    halves.into_iter().for_each(|half| summary.add(half.join().unwrap()));
    assert!(summary.failure.is_none(), "{summary}");
    // The stories are worth something only if things do go wrong in them.
    let Tally { runs, processes, together, acts, doubts, locked, superseded, .. } = summary.tally;
    assert_eq!(summary.seeds, 2000);
    assert!(runs > 3500 && processes > 8000 && acts > 5000, "{summary}");
    assert!(doubts > 800 && together > 50 && locked > 400 && superseded > 20, "{summary}");
}

#[test]
fn a_seed_tells_the_same_story_again() {
    assert_eq!(tell(Kind::Runs, 7), tell(Kind::Runs, 7));
}
