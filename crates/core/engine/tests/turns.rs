//! Runs told as stories that turn: rollback, cancel, hold, doubt, supersession, abandonment.

mod world;

use callsheet_base::Duration;
use callsheet_engine::{
    Cause, Command, CommandRefused, Effect, Event, Exit, Judged, Outcome, Phase, RunResult, Verdict, WaitingFor,
};
use callsheet_plan::{Action, Expect, ExpectTest, InDoubt, OnFailure, StepIndex, StepKind};
use callsheet_testkit::{PlanBuilder, StepBuilder, person};
use world::World;

fn ok() -> Outcome {
    Outcome::bare(Exit::Status(0))
}

fn bad() -> Outcome {
    Outcome::bare(Exit::Status(1))
}

#[test]
fn a_failed_step_turns_back_undoing_what_was_done() {
    let plan = PlanBuilder::new()
        .step(StepBuilder::shell("stop", "true"))
        .step(StepBuilder::shell("copy", "true"))
        .step(StepBuilder::shell("swap", "false").on_failure(OnFailure::Rollback("rollback".to_owned())))
        .rollback("rollback", vec![StepBuilder::shell("rollback/restore", "true")])
        .undo("stop", StepBuilder::shell("start", "true"))
        .undo("copy", StepBuilder::shell("remove", "true"))
        .build();
    let mut world = World::start(plan);
    world.end(0, ok());
    world.end(1, ok());
    world.end(2, bad());
    assert_eq!(world.words(), ["ended", "rollback-began", "intended"]);
    assert_eq!(world.run.phase_word(), "rolling-back");
    let order: Vec<u32> = (0..3)
        .map(|_| {
            let step = world.running()[0].step;
            world.end(step.0, ok());
            step.0
        })
        .collect();
    assert_eq!(order, [5, 4, 3], "last done is undone first, then the rollback procedure");
    assert_eq!((world.run.result(), world.run.exit_code()), (Some(RunResult::RolledBack), 4));
}

#[test]
fn a_person_may_turn_back_from_a_paused_step() {
    let plan = PlanBuilder::new()
        .step(StepBuilder::shell("a", "false").on_failure(OnFailure::Pause))
        .rollback("rollback", vec![StepBuilder::shell("rollback/a", "true")])
        .build();
    let mut world = World::start(plan);
    assert!(matches!(world.command(Command::Rollback { to: None }), Err(CommandRefused::Busy { .. })));
    world.end(0, bad());
    assert_eq!(world.run.phase_word(), "waiting");
    let wrong = world.command(Command::Rollback { to: Some("nope".to_owned()) });
    assert!(matches!(wrong, Err(CommandRefused::NoSuchRollback { .. })));
    world.command(Command::Rollback { to: None }).unwrap();
    assert_eq!(world.words(), ["settled", "rollback-began", "intended"]);
    world.end(1, ok());
    assert_eq!(world.run.result(), Some(RunResult::RolledBack));
}

#[test]
fn turning_back_twice_undoes_nothing_twice_and_shares_no_claim() {
    let plan = PlanBuilder::new()
        .step(StepBuilder::shell("a", "true"))
        .step(StepBuilder::shell("b", "true"))
        .step(StepBuilder::shell("c", "false").on_failure(OnFailure::Undo))
        .undo("a", StepBuilder::shell("un-a", "true"))
        .undo("b", StepBuilder::shell("un-b", "true"))
        .build();
    let mut world = World::start(plan);
    world.end(0, ok());
    world.end(1, ok());
    world.end(2, bad());
    world.end(4, ok());
    let first = world.running()[0];
    world.command(Command::Hold).unwrap();
    world.doubt(3);
    // It is to run again, and before it does, somebody turns back once more.
    world.command(Command::Retry(StepIndex(3))).unwrap();
    world.command(Command::Rollback { to: None }).unwrap();
    world.command(Command::Go).unwrap();
    let second = world.running()[0];
    assert_eq!((second.step.0, second.attempt), (3, first.attempt + 1), "un-b is done; un-a has a claim of its own");
    world.end(3, ok());
    assert_eq!(world.run.result(), Some(RunResult::RolledBack));
}

#[test]
fn a_cancel_ends_what_runs_and_may_undo() {
    let plan = PlanBuilder::new()
        .step(StepBuilder::shell("a", "true"))
        .step(StepBuilder::shell("b", "true"))
        .undo("a", StepBuilder::shell("un-a", "true"))
        .build();
    let mut world = World::start(plan);
    world.end(0, ok());
    let claim = world.running()[0];
    world.command(Command::Cancel { undo: true }).unwrap();
    assert_eq!(world.last.perform, [Effect::Cancel(claim)]);
    assert!(matches!(world.command(Command::Cancel { undo: false }), Err(CommandRefused::Already("ending"))));
    world.end(1, Outcome::bare(Exit::Cancelled));
    assert_eq!(world.words(), ["ended", "rollback-began", "intended"]);
    assert_eq!(*world.run.phase(), Phase::Back { to: None, cause: Cause::Cancelled });
    world.end(2, ok());
    assert_eq!((world.run.result(), world.run.exit_code()), (Some(RunResult::Cancelled), 5));
}

#[test]
fn a_cancel_between_intent_and_start_withdraws_it() {
    let mut world = World::start(PlanBuilder::new().step(StepBuilder::shell("a", "true")).build());
    let claim = world.running()[0];
    world.command(Command::Cancel { undo: false }).unwrap();
    world.happen(Event::Withdrawn { claim, why: "the run was cancelled".to_owned() });
    assert_eq!(world.words(), ["withdrawn", "finished"]);
    assert_eq!(world.run.result(), Some(RunResult::Cancelled));
}

#[test]
fn a_doubt_found_while_cancelling_waits_for_a_person() {
    let mut world = World::start(PlanBuilder::new().step(StepBuilder::shell("a", "true")).build());
    world.command(Command::Cancel { undo: false }).unwrap();
    world.doubt(0);
    assert_eq!(world.run.exit_code(), 6);
    assert!(world.command(Command::Retry(StepIndex(0))).is_err());
    world.command(Command::Skip(StepIndex(0))).unwrap();
    assert_eq!(world.run.result(), Some(RunResult::Cancelled));
}

#[test]
fn the_target_is_verified_before_the_first_step() {
    let plan = || PlanBuilder::new().host("web-1").step(StepBuilder::shell("a", "true")).build();
    let mut world = World::start(plan());
    assert_eq!(world.last.perform, [Effect::VerifyTarget]);
    world.happen(Event::TargetVerified { found: vec!["host web-1".to_owned()] });
    assert_eq!(world.words(), ["target-verified", "intended"]);

    let mut world = World::start(plan());
    world.happen(Event::TargetRefused { why: "the host is web-2".to_owned() });
    assert_eq!(world.words(), ["target-refused", "finished"]);
    assert_eq!(world.run.result(), Some(RunResult::Denied));
}

#[test]
fn a_held_run_begins_nothing_until_it_is_released() {
    let plan = PlanBuilder::new().step(StepBuilder::shell("a", "true")).step(StepBuilder::shell("b", "true")).build();
    let mut world = World::start(plan);
    world.command(Command::Hold).unwrap();
    world.end(0, ok());
    assert_eq!((world.words(), world.run.phase_word()), (vec!["ended"], "held"));
    world.command(Command::Go).unwrap();
    assert_eq!(world.words(), ["released", "intended"]);
}

#[test]
fn a_soak_moves_the_run_to_observing_and_a_newer_run_supersedes_it() {
    let plan = PlanBuilder::new()
        .step(StepBuilder::shell("deploy", "true"))
        .step(StepBuilder::wait("soak", Duration::from_hours(24)))
        .observes_from(1)
        .build();
    let mut world = World::start(plan);
    let by = world.run.id();
    assert!(matches!(world.command(Command::Supersede { by }), Err(CommandRefused::NotObserving { .. })));
    world.end(0, ok());
    assert_eq!(world.words(), ["ended", "observing", "timer-set"]);
    assert_eq!(world.run.phase_word(), "observing");
    world.command(Command::Supersede { by }).unwrap();
    assert_eq!(world.last.perform, [Effect::Finish(RunResult::Superseded)]);
}

#[test]
fn a_person_judges_what_only_a_person_can() {
    let expect = Expect {
        test: ExpectTest::Person,
        text: "the page looks right".to_owned(),
        line: 3,
        act: None,
        inferred: true,
    };
    let seen = Outcome { verdicts: vec![Verdict { expect: 0, judged: Judged::Person, saw: String::new() }], ..ok() };
    let plan = || PlanBuilder::new().step(StepBuilder::shell("a", "true").expect(expect.clone())).build();
    let mut world = World::start(plan());
    world.end(0, seen.clone());
    assert!(
        matches!(&world.run.waiting()[0].wanted, WaitingFor::Judge { expects } if expects[0] == "the page looks right")
    );
    world.command(Command::Confirm(StepIndex(0))).unwrap();
    assert_eq!(world.run.result(), Some(RunResult::Done));

    let mut world = World::start(plan());
    world.end(0, seen);
    world.command(Command::Deny(StepIndex(0))).unwrap();
    assert_eq!(world.run.result(), Some(RunResult::Failed));
}

#[test]
fn shell_state_passes_on_from_acts_that_count() {
    let left = |name: &str, exit| Outcome { shell: Some(name.to_owned()), ..Outcome::bare(exit) };
    let plan = PlanBuilder::new()
        .step(StepBuilder::shell("a", "x=1"))
        .step(StepBuilder::shell("b", "x=2; false").again(1))
        .step(StepBuilder::shell("c", "x=3").parallel("p"))
        .step(StepBuilder::shell("d", "echo $x"))
        .build();
    let mut world = World::start(plan);
    world.end(0, left("one", Exit::Status(0)));
    assert_eq!(world.run.shell(), Some("one"));
    world.end(1, left("two", Exit::Status(1)));
    assert_eq!(world.run.shell(), Some("one"));
    world.tick(Duration::from_secs(2));
    world.end(1, left("two again", Exit::Status(0)));
    assert_eq!(world.run.shell(), Some("two again"));
    world.end(2, left("three", Exit::Status(0)));
    assert_eq!(world.run.shell(), Some("two again"));
}

#[test]
fn a_message_in_doubt_is_sent_again() {
    let action = Action::Notify { channel: "terminal".to_owned(), text: "hello".to_owned() };
    let mut step = StepBuilder::new("tell", StepKind::Notify, action).idempotent();
    step = step.again(0);
    let plan = PlanBuilder::new().step(step).build();
    assert_eq!(plan.steps[0].in_doubt, InDoubt::Again);
    let mut world = World::start(plan);
    world.doubt(0);
    world.end(0, Outcome::bare(Exit::Sent));
    assert_eq!(world.run.result(), Some(RunResult::Done));
}

#[test]
fn an_abandoned_run_is_over_whatever_runs() {
    let mut world = World::start(PlanBuilder::new().step(StepBuilder::shell("a", "true")).build());
    world.command(Command::Abandon).unwrap();
    assert_eq!(world.run.result(), Some(RunResult::Abandoned));
    let refused = world.command(Command::Hold).unwrap_err();
    assert_eq!(refused.to_string(), "the run is over: abandoned");
    assert_eq!(person("x").name, "x");
}
