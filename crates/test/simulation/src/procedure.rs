//! Random procedures: every kind of act, gates, parallel groups, retries, rollbacks, observing.

use callsheet_base::Duration;
use callsheet_plan::{Action, Gate, InDoubt, OnFailure, Plan, StepKind};
use callsheet_testkit::{PlanBuilder, StepBuilder};
use rand::Rng;
use rand::rngs::StdRng;

/// A plan of one to `most` steps, for one of two services or none.
pub(crate) fn random(dice: &mut StdRng, most: u32) -> Plan {
    let mut plan = PlanBuilder::new().service(["shop", "shop", "shop", "mill", ""][dice.random_range(0..5)]);
    if dice.random_ratio(1, 4) {
        plan = plan.host("here");
    }
    let steps = dice.random_range(1..=most);
    let rolls_back = dice.random_ratio(1, 3);
    let observes = steps > 1 && dice.random_ratio(2, 5);
    for number in 0..steps - u32::from(observes) {
        plan = plan.step(step(dice, number, rolls_back));
    }
    if observes {
        let soak = StepBuilder::wait("soak", Duration::from_mins(dice.random_range(20..300)));
        plan = plan.step(soak).observes_from(steps - 1);
    }
    if rolls_back {
        plan = plan.rollback("back", vec![shell(dice, "restore"), shell(dice, "restart")]);
    }
    if dice.random_ratio(1, 3) {
        plan = plan.undo("step-0", shell(dice, "undo-0"));
    }
    plan.build()
}

fn step(dice: &mut StdRng, number: u32, rolls_back: bool) -> StepBuilder {
    let id = format!("step-{number}");
    let mut step = match dice.random_range(0..10) {
        0 => StepBuilder::manual(&id),
        1 => StepBuilder::wait(&id, Duration::from_secs(dice.random_range(1..900))),
        2 => StepBuilder::approve(&id, dice.random_range(1..=2)),
        3 => StepBuilder::new(&id, StepKind::Notify, message("terminal")).idempotent(),
        4 => StepBuilder::new(&id, StepKind::Notify, message("hook")).idempotent(),
        5 => shell(dice, &id).parallel("together"),
        _ => shell(dice, &id),
    };
    if dice.random_ratio(1, 5) {
        step = step.act(script());
    }
    if dice.random_ratio(1, 6) {
        step = step.gate(Gate::Danger { words: vec!["rm -r".to_owned()] });
    }
    if dice.random_ratio(1, 4) {
        step = step.again(dice.random_range(1..3));
    }
    step.on_failure(match dice.random_range(0..5) {
        0 if rolls_back => OnFailure::Rollback("back".to_owned()),
        1 => OnFailure::Pause,
        2 => OnFailure::GoOn,
        3 => OnFailure::Undo,
        _ => OnFailure::Stop,
    })
}

fn shell(dice: &mut StdRng, id: &str) -> StepBuilder {
    let step = StepBuilder::shell(id, "true");
    if dice.random_ratio(1, 3) { step.idempotent() } else { step }
}

fn script() -> Action {
    Action::Shell { argv: vec!["bash".to_owned()], script: "true".to_owned() }
}

fn message(channel: &str) -> Action {
    Action::Notify { channel: channel.to_owned(), text: "it happens".to_owned() }
}

/// Whether an act that is in doubt may run again by itself.
pub(crate) fn repeats(plan: &Plan, step: callsheet_plan::StepIndex) -> bool {
    plan.steps[step.at()].in_doubt == InDoubt::Again
}
