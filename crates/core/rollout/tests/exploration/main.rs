//! Every interleaving of crashes, timeouts, verdicts and commands that a small world allows, one by one.
//!
//! The world has two instances, an edge and a person. From each state every move is tried: the control plane looks and acts, or dies
//! after recording and before acting, or after its first act; instances come up, fail, crash for good; the edge is cut off; time runs out;
//! the verdict falls; what is run passes or fails; the person says anything that is allowed. In every state and at every act the rules of `rules.rs` hold.

mod rules;
mod world;

use std::collections::{HashSet, VecDeque};

use callsheet_base::{Digest, Duration};
use callsheet_rollout::analysis::Settings;
use callsheet_rollout::{Condition, Hook, Later, Phase, Release, RolloutPlan, Strategy, Undo};
use callsheet_traffic::Weight;

use crate::world::{Small, start};

fn release(version: &str) -> Release {
    Release { version: version.to_owned(), digest: Digest::of(version.as_bytes()), one_way: None }
}

fn plan(strategy: &Strategy, first_ever: bool) -> RolloutPlan {
    RolloutPlan {
        repairs: false,
        service: "shop".to_owned(),
        environment: "test".to_owned(),
        from: (!first_ever).then(|| release("1")),
        to: release("2"),
        instances: 2,
        stages: strategy.stages(2).unwrap(),
        exclusive: strategy.exclusive(),
        hooks: if first_ever { vec![Hook::Migrate] } else { vec![Hook::Migrate, Hook::Smoke, Hook::Public] },
        ready_within: Duration::from_mins(5),
        drain_within: Duration::from_secs(30),
        keep_old: Duration::from_mins(30),
        later: vec![Later { after: Duration::from_mins(15), name: "after-15m".to_owned() }],
        soak: if first_ever { Duration::ZERO } else { Duration::from_hours(24) },
        emergency: None,
        judging: Settings::default(),
        schema: None,
        undo: None,
        conditions: Vec::new(),
    }
}

/// The same with nothing run and nothing soaked, but with a condition beside the judge.
fn conditional(strategy: &Strategy) -> RolloutPlan {
    let condition = Condition {
        expression: "up == 1".to_owned(),
        source: "http://metrics.test".to_owned(),
        every: Duration::from_secs(15),
        tolerated: Duration::from_mins(1),
    };
    let (hooks, later) = (Vec::new(), Vec::new());
    RolloutPlan { conditions: vec![condition], hooks, later, ..plan(strategy, false) }
}

/// The same, as a way back that brings the schema back first.
fn undoing(strategy: &Strategy) -> RolloutPlan {
    let undo = Undo::Downgrade { to: None, loses: vec!["0001 prices".to_owned()], by: "somebody".to_owned() };
    RolloutPlan { undo: Some(undo), ..plan(strategy, false) }
}

/// Visits every reachable state; returns how many there are.
fn explore(plan: RolloutPlan) -> usize {
    let first = start(plan);
    let mut seen = HashSet::from([first.key()]);
    let mut open = VecDeque::from([first]);
    let (mut promoted, mut rolled_back) = (false, false);
    while let Some(state) = open.pop_front() {
        rules::ends_well_if_nothing_more_goes_wrong(&state);
        match state.rollout.phase() {
            Phase::Ended(callsheet_rollout::Ending::Promoted) => promoted = true,
            Phase::Ended(_) => rolled_back = true,
            _ => {}
        }
        for next in state.moves() {
            if seen.insert(next.key()) {
                open.push_back(next);
            }
        }
    }
    assert!(promoted && rolled_back, "both ends are reached: {promoted} {rolled_back} in {} states", seen.len());
    seen.len()
}

fn check(strategy: Strategy, first_ever: bool) {
    let states = explore(plan(&strategy, first_ever));
    assert!(states > 1000, "{states}");
}

const HOLD: Duration = Duration::from_mins(5);

#[test]
fn canary() {
    check(Strategy::Canary { steps: vec![Weight::from_percent(10)], hold: HOLD, by_hand: false }, false);
}

#[test]
fn canary_promoted_by_hand() {
    check(Strategy::Canary { steps: vec![Weight::from_percent(10)], hold: HOLD, by_hand: true }, false);
}

#[test]
fn blue_green() {
    check(Strategy::BlueGreen { hold: HOLD, by_hand: true }, false);
}

#[test]
fn rolling() {
    check(Strategy::Rolling { surge: 1, unavailable: 0, hold: HOLD }, false);
}

#[test]
fn recreate() {
    check(Strategy::Recreate {}, false);
}

#[test]
fn the_first_release_ever() {
    check(Strategy::Canary { steps: vec![], hold: HOLD, by_hand: false }, true);
}

#[test]
fn a_condition_beside_the_judge() {
    let canary = Strategy::Canary { steps: vec![Weight::from_percent(10)], hold: HOLD, by_hand: false };
    let at_once = Strategy::BlueGreen { hold: Duration::ZERO, by_hand: false };
    for strategy in [canary, at_once] {
        let states = explore(conditional(&strategy));
        assert!(states > 1000, "{states}");
    }
}

#[test]
fn a_schema_that_is_brought_back_first() {
    let canary = Strategy::Canary { steps: vec![], hold: HOLD, by_hand: false };
    for strategy in [canary, Strategy::Recreate {}] {
        let states = explore(undoing(&strategy));
        assert!(states > 1000, "{states}");
    }
}

#[test]
fn a_state_is_what_its_key_says() {
    let plan = plan(&Strategy::Recreate {}, false);
    let one: Small = start(plan.clone());
    assert_eq!(one.key(), start(plan).key());
}
