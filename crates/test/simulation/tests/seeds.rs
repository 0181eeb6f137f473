//! Two thousand stories in the ordinary tests; `simulate` tells more.

use std::time::Duration;

use callsheet_simulation::{run_seeds, tell};

#[test]
fn two_thousand_stories_end_well() {
    let halves: Vec<_> = [0..1000, 1000..2000]
        .map(|seeds| std::thread::spawn(move || run_seeds(seeds, Duration::from_secs(55))))
        .into_iter()
        .map(|half| half.join().unwrap())
        .collect();
    for summary in &halves {
        assert!(summary.failure.is_none(), "{summary}");
        assert_eq!(summary.seeds, 1000, "the time was not enough: {summary}");
    }
    let total = |of: fn(&callsheet_simulation::Tally) -> u64| halves.iter().map(|half| of(&half.tally)).sum::<u64>();
    // The stories are worth something only if things do go wrong in them.
    assert!(total(|tally| tally.lives) > 4000, "{halves:?}");
    assert!(total(|tally| tally.doubts) > 500, "{halves:?}");
    assert!(total(|tally| tally.acts) > 4000, "{halves:?}");
}

#[test]
fn a_seed_tells_the_same_story_again() {
    assert_eq!(tell(7), tell(7));
}
