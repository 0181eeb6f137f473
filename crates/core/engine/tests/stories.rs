//! Runs told as stories: each test is one run, event by event, with what is decided on the way forward.

mod world;

use std::collections::BTreeMap;

use callsheet_access::{Level, Person};
use callsheet_base::Duration;
use callsheet_engine::{
    Command, CommandRefused, Effect, Exit, Judged, Outcome, RunResult, StepState, Verdict, WaitingFor,
};
use callsheet_plan::{Action, Expect, ExpectTest, Gate, OnFailure, StepIndex, When};
use callsheet_testkit::{PlanBuilder, StepBuilder};
use world::World;

fn ok() -> Outcome {
    Outcome::bare(Exit::Status(0))
}

fn bad() -> Outcome {
    Outcome::bare(Exit::Status(1))
}

#[test]
fn steps_follow_each_other_and_the_outcome_shares_a_commit_with_the_next_intent() {
    let plan = PlanBuilder::new().step(StepBuilder::shell("a", "true")).step(StepBuilder::shell("b", "true")).build();
    let mut world = World::start(plan);
    assert_eq!(world.words(), ["intended"]);
    world.end(0, ok());
    assert_eq!(world.words(), ["ended", "intended"]);
    world.end(1, ok());
    assert_eq!(world.words(), ["ended", "finished"]);
    assert_eq!(world.run.result(), Some(RunResult::Done));
    assert_eq!(world.run.exit_code(), 0);
}

#[test]
fn a_failure_ends_the_run_and_no_later_step_begins() {
    let plan = PlanBuilder::new().step(StepBuilder::shell("a", "false")).step(StepBuilder::shell("b", "true")).build();
    let mut world = World::start(plan);
    world.end(0, bad());
    assert_eq!(world.run.result(), Some(RunResult::Failed));
    assert_eq!(world.run.exit_code(), 1);
    assert_eq!(*world.run.step(StepIndex(1)), StepState::Gates { next: 0 });
}

#[test]
fn retries_pause_longer_each_time() {
    let plan = PlanBuilder::new().step(StepBuilder::shell("a", "flaky").again(2)).build();
    let mut world = World::start(plan);
    world.end(0, bad());
    let first = world.run.next_due().expect("a retry is timed");
    let pause = Duration::between(world.clock.now(), first).as_millis();
    assert!((1000..=1250).contains(&pause), "{pause}");
    world.tick(Duration::from_millis(999));
    assert_eq!(world.words(), [] as [&str; 0]);
    world.tick(Duration::from_millis(300));
    assert_eq!(world.words(), ["timer-fired", "intended"]);
    world.end(0, bad());
    let pause = Duration::between(world.clock.now(), world.run.next_due().expect("timed")).as_millis();
    assert!((2000..=2500).contains(&pause), "{pause}");
    world.tick(Duration::from_secs(3));
    world.end(0, bad());
    assert_eq!(world.run.result(), Some(RunResult::Failed));
}

#[test]
fn a_durable_wait_survives_a_replay_and_a_clock_set_back() {
    let plan = PlanBuilder::new().step(StepBuilder::wait("soak", Duration::from_mins(15))).build();
    let mut world = World::start(plan);
    let due = world.run.next_due().expect("timed");
    world.replay();
    assert_eq!(callsheet_engine::outstanding(&world.run), [Effect::ArmTimer(due)]);
    world.clock.jump("2026-01-01T00:00:00Z".parse().unwrap());
    world.tick(Duration::ZERO);
    assert_eq!(world.run.result(), None);
    world.clock.jump(due);
    world.tick(Duration::ZERO);
    assert_eq!(world.run.result(), Some(RunResult::Done));
}

#[test]
fn an_act_in_doubt_waits_for_a_person_unless_it_may_run_again() {
    let plan = PlanBuilder::new()
        .step(StepBuilder::shell("check", "true").idempotent())
        .step(StepBuilder::shell("charge", "true"))
        .build();
    let mut world = World::start(plan);
    world.doubt(0);
    assert_eq!(world.words(), ["doubt-found", "settled", "intended"]);
    world.end(0, ok());
    world.doubt(1);
    assert_eq!(world.words(), ["doubt-found", "asked"]);
    assert_eq!((world.run.phase_word(), world.run.exit_code()), ("in-doubt", 6));
    assert!(matches!(world.run.waiting()[0].wanted, WaitingFor::Settle { in_doubt: true, .. }));
    world.command(Command::Done(StepIndex(1))).unwrap();
    assert_eq!(world.run.result(), Some(RunResult::Done));
}

#[test]
fn what_runs_again_by_itself_does_so_only_a_few_times() {
    let mut world = World::start(PlanBuilder::new().step(StepBuilder::shell("oom", "true").idempotent()).build());
    for _ in 0..3 {
        world.doubt(0);
        assert_eq!(world.words(), ["doubt-found", "settled", "intended"]);
    }
    world.doubt(0);
    assert_eq!(world.words(), ["doubt-found", "asked"]);
}

#[test]
fn an_inferred_expectation_pauses_and_a_written_one_fails() {
    let expect = |inferred| Expect {
        test: ExpectTest::Contains { needle: "healthy".to_owned() },
        text: "Expected: healthy".to_owned(),
        line: 7,
        act: None,
        inferred,
    };
    let outcome =
        Outcome { verdicts: vec![Verdict { expect: 0, judged: Judged::Fails, saw: "`down`".to_owned() }], ..ok() };
    let step = |inferred| PlanBuilder::new().step(StepBuilder::shell("a", "true").expect(expect(inferred))).build();
    let mut world = World::start(step(false));
    world.end(0, outcome.clone());
    assert_eq!(world.run.result(), Some(RunResult::Failed));

    let mut world = World::start(step(true));
    world.end(0, outcome);
    assert_eq!((world.run.phase_word(), world.run.exit_code()), ("waiting", 3));
    let why = "expected: Expected: healthy; saw: `down`".to_owned();
    assert_eq!(world.run.waiting()[0].wanted, WaitingFor::Settle { why, in_doubt: false });
    world.command(Command::Retry(StepIndex(0))).unwrap();
    assert_eq!(world.words(), ["settled", "intended"]);
    world.end(0, ok());
    assert_eq!(world.run.result(), Some(RunResult::Done));
}

#[test]
fn two_approvals_by_two_people_who_are_not_the_requester() {
    let plan = PlanBuilder::new().step(StepBuilder::approve("go", 2)).step(StepBuilder::shell("a", "true")).build();
    let mut world = World::start(plan);
    assert_eq!(world.words(), ["asked"]);
    let refused = world.command(Command::Approve(StepIndex(0))).unwrap_err();
    assert_eq!(refused.to_string(), "operator asked for this, so somebody else must approve it");
    world.command_by("first", Command::Approve(StepIndex(0))).unwrap();
    assert!(world.command_by("first", Command::Approve(StepIndex(0))).is_err());
    assert_eq!(world.run.phase_word(), "waiting");
    world.command_by("second", Command::Approve(StepIndex(0))).unwrap();
    assert_eq!(world.words(), ["approved", "intended"]);
}

#[test]
fn authority_is_checked_against_the_people() {
    let plan = PlanBuilder::new()
        .step(StepBuilder::shell("a", "true").gate(Gate::Approval { rule: "L3".parse().unwrap() }))
        .build();
    let mut world = World::start(plan);
    let listed = |level| Person { level: Some(level), roles: Vec::new() };
    world.people =
        BTreeMap::from([("junior".to_owned(), listed(Level::L1)), ("lead".to_owned(), listed(Level::L3))]).into();
    let refused = world.command_by("junior", Command::Approve(StepIndex(0))).unwrap_err();
    assert!(matches!(refused, CommandRefused::Authority(_)), "{refused}");
    assert!(world.command_by("junior", Command::Deny(StepIndex(0))).is_err());
    world.command_by("lead", Command::Deny(StepIndex(0))).unwrap();
    assert_eq!((world.run.result(), world.run.exit_code()), (Some(RunResult::Denied), 5));
}

#[test]
fn a_request_nobody_answers_expires_as_denied() {
    let mut rule: callsheet_access::ApprovalRule = "any".parse().unwrap();
    rule.expires = Some(Duration::from_hours(1));
    let mut world =
        World::start(PlanBuilder::new().step(StepBuilder::shell("a", "true").gate(Gate::Approval { rule })).build());
    world.tick(Duration::from_mins(61));
    assert_eq!(world.words(), ["expired", "finished"]);
    assert_eq!(world.run.result(), Some(RunResult::Denied));
}

#[test]
fn danger_is_confirmed_each_time_and_plain_answers_do_not_do() {
    let gate = Gate::Danger { words: vec!["rm -rf".to_owned()] };
    let mut world = World::start(PlanBuilder::new().step(StepBuilder::shell("a", "true").gate(gate)).build());
    let waiting = world.run.waiting();
    assert!(!waiting[0].wanted.is_plain());
    let refused = world.command(Command::Approve(StepIndex(0))).unwrap_err();
    assert_eq!(refused.hint().as_deref(), Some("use confirm, deny, skip"));
    world.command(Command::Confirm(StepIndex(0))).unwrap();
    assert_eq!(world.words(), ["confirmed", "intended"]);
}

#[test]
fn an_alternative_is_chosen_once_and_the_others_are_left_out() {
    let gate = |label: &str| Gate::Alternative {
        group: "how".to_owned(),
        label: label.to_owned(),
        labels: vec!["Option A".to_owned(), "Option B".to_owned()],
    };
    let plan = PlanBuilder::new()
        .step(StepBuilder::shell("a", "true").gate(gate("Option A")))
        .step(StepBuilder::shell("b", "true").gate(gate("Option B")))
        .step(StepBuilder::shell("b2", "true").gate(gate("Option B")))
        .build();
    let mut world = World::start(plan);
    let choose = |label: &str| Command::Choose { step: StepIndex(0), label: label.to_owned() };
    assert!(matches!(world.command(choose("Option C")), Err(CommandRefused::NoSuchOption { .. })));
    world.command(choose("option b")).unwrap();
    assert_eq!(world.words(), ["chosen", "skipped", "intended"]);
    world.end(1, ok());
    world.end(2, ok());
    assert_eq!(*world.run.step(StepIndex(0)), StepState::Skipped);
    assert_eq!(world.run.result(), Some(RunResult::Done));
}

#[test]
fn options_within_a_fence_pick_their_acts() {
    let shell = |script: &str| Action::Shell { argv: vec!["bash".to_owned()], script: script.to_owned() };
    let step = StepBuilder::shell("a", "one")
        .choice("Option 1")
        .act(shell("two"))
        .choice("Option 2")
        .gate(Gate::Option { labels: vec!["Option 1".to_owned(), "Option 2".to_owned()] });
    let mut world = World::start(PlanBuilder::new().step(step).build());
    world.command(Command::Choose { step: StepIndex(0), label: "Option 2".to_owned() }).unwrap();
    let Some(Effect::Perform(claim)) = world.last.perform.first() else { panic!("{:?}", world.last) };
    assert_eq!(claim.act, 1);
}

#[test]
fn an_optional_step_is_asked_about() {
    let gate = Gate::Optional { condition: "if the cache is cold".to_owned() };
    let plan = PlanBuilder::new()
        .step(StepBuilder::shell("warm", "true").gate(gate))
        .step(StepBuilder::shell("after", "true").gate(Gate::When(When::Skipped(StepIndex(0)))))
        .build();
    let mut world = World::start(plan);
    world.command(Command::Skip(StepIndex(0))).unwrap();
    assert_eq!(world.words(), ["skipped", "intended"]);
    world.end(1, ok());
    assert_eq!(world.run.result(), Some(RunResult::Done));
}

#[test]
fn a_condition_on_a_failure_lets_the_run_go_on() {
    let plan = PlanBuilder::new()
        .step(StepBuilder::shell("probe", "false").on_failure(OnFailure::GoOn))
        .step(StepBuilder::shell("fine", "true").gate(Gate::When(When::Done(StepIndex(0)))))
        .step(StepBuilder::shell("repair", "true").gate(Gate::When(When::Failed(StepIndex(0)))))
        .build();
    let mut world = World::start(plan);
    world.end(0, bad());
    assert_eq!(world.words(), ["ended", "skipped", "intended"]);
    world.end(2, ok());
    assert_eq!(world.run.result(), Some(RunResult::Done));
}

#[test]
fn parallel_steps_run_together_and_the_next_waits_for_all() {
    let plan = PlanBuilder::new()
        .step(StepBuilder::shell("a", "true").parallel("checks"))
        .step(StepBuilder::shell("b", "true").parallel("checks"))
        .step(StepBuilder::shell("c", "true"))
        .build();
    let mut world = World::start(plan);
    assert_eq!(world.words(), ["intended", "intended"]);
    world.end(1, ok());
    assert_eq!(world.words(), ["ended"]);
    world.end(0, ok());
    assert_eq!(world.words(), ["ended", "intended"]);
}
