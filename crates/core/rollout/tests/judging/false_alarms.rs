//! How often a release that is no worse is called worse: a five-minute stage at 10 %, then five minutes at 50 %.

use callsheet_rollout::analysis::{Judge, Settings, Verdict};
use callsheet_traffic::Weight;

use crate::traffic::{Behaviour, Draw, GOOD, slice};

/// Number of `rollouts` in which two alike releases were told apart.
fn false_alarms(rollouts: u64, behaviour: Behaviour) -> usize {
    let alarm = |seed: &u64| {
        let (mut draw, mut judge) = (Draw::seeded(*seed), Judge::new(Settings::default()));
        (0..600).any(|second| {
            let weight = Weight::from_percent(if second < 300 { 10 } else { 50 });
            judge.observe(&slice(&mut draw, second, 100, weight, behaviour, behaviour));
            matches!(judge.verdict(), Verdict::Fail(_))
        })
    };
    (0..rollouts).filter(alarm).count()
}

/// Rollouts per kind of traffic; `JUDGE_ROLLOUTS=10000` for the figure in bench/README.md.
fn rollouts() -> u64 {
    option_env!("JUDGE_ROLLOUTS").map_or(20, |text| text.parse().expect("JUDGE_ROLLOUTS is a number"))
}

#[test]
fn alike_releases_are_not_told_apart() {
    let kinds = [
        ("quiet", GOOD),
        ("a burst a minute in each", Behaviour { bursts: 1.0 / 60.0, ..GOOD }),
        ("a burst every five minutes in each", Behaviour { bursts: 1.0 / 300.0, ..GOOD }),
        ("shallow bursts", Behaviour { bursts: 1.0 / 60.0, burst_depth: 0.2, ..GOOD }),
        ("both err at 5 %", Behaviour { error_rate: 0.05, ..GOOD }),
    ];
    let rollouts = rollouts();
    let alarms = kinds.map(|(name, behaviour)| (name, false_alarms(rollouts, behaviour)));
    assert!(alarms.iter().all(|&(_, alarms)| alarms as f64 <= 0.001 * rollouts as f64), "of {rollouts}: {alarms:?}");
}
