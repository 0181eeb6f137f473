//! Rollouts beside a run's steps: what they mean for the run, and what its course means for them.

mod world;

use callsheet_base::{Digest, Duration, RunId, Timestamp};
use callsheet_engine::{ChangeRecord, Command, CommandRefused, Effect, Event, Exit, Outcome, RunResult, StepState};
use callsheet_journal::{Draft, Head, seal};
use callsheet_plan::{OnFailure, StepIndex};
use callsheet_rollout::analysis::{Question, Settings};
use callsheet_rollout::{Command as RolloutCommand, Event as RolloutEvent, Reason, Release, RolloutPlan, Strategy};
use callsheet_testkit::{PlanBuilder, StepBuilder};
use callsheet_traffic::Weight;
use world::World;

fn release(version: &str) -> Release {
    Release { version: version.to_owned(), digest: Digest::of(version.as_bytes()), one_way: None }
}

fn plan() -> RolloutPlan {
    let steps = vec![Weight::from_percent(10)];
    let strategy = Strategy::Canary { steps, hold: Duration::from_secs(10), by_hand: false };
    RolloutPlan {
        service: "service".to_owned(),
        environment: "dev".to_owned(),
        from: Some(release("1")),
        to: release("2"),
        repairs: false,
        instances: 2,
        stages: strategy.stages(2).unwrap(),
        exclusive: false,
        hooks: Vec::new(),
        ready_within: Duration::from_mins(1),
        drain_within: Duration::from_secs(10),
        keep_old: Duration::from_mins(30),
        later: Vec::new(),
        soak: Duration::ZERO,
        emergency: None,
        judging: Settings::default(),
        schema: None,
        undo: None,
        conditions: Vec::new(),
    }
}

/// The rollout of the act in `step` goes through these.
fn goes(world: &mut World, step: u32, events: impl IntoIterator<Item = RolloutEvent>) {
    let claim = callsheet_engine::Claim::first(StepIndex(step), 0);
    for event in events {
        world.happen(Event::Rollout { claim, event: Box::new(event) });
    }
}

fn to_all_traffic() -> Vec<RolloutEvent> {
    use RolloutEvent as E;
    let passed = |stage| E::Passed { stage, evidence: None };
    let began = E::Began(Box::new(plan()));
    vec![began, E::Ready {}, E::Shifted { stage: 0 }, passed(0), E::Shifted { stage: 1 }, passed(1)]
}

fn turned_back() -> RolloutEvent {
    RolloutEvent::TurnedBack { reason: Reason::Verdict(Question::Errors), evidence: None, wrote: Vec::new() }
}

fn back_home() -> [RolloutEvent; 2] {
    [RolloutEvent::Restored {}, RolloutEvent::Ended {}]
}

fn deploy_then(next: StepBuilder) -> World {
    World::start(PlanBuilder::new().step(StepBuilder::deploy("ship", "2")).step(next).build())
}

#[test]
fn the_act_is_done_when_all_traffic_is_on_the_release_and_the_rollout_goes_on() {
    let mut world = deploy_then(StepBuilder::shell("verify", "true"));
    assert_eq!(world.words(), ["intended"]);
    goes(&mut world, 0, to_all_traffic());
    assert_eq!(world.words(), ["rollout", "ended", "intended"]);
    assert!(world.last.perform.iter().any(|effect| matches!(effect, Effect::Conduct(_))));
    world.end(1, Outcome::bare(Exit::Status(0)));
    assert_eq!((world.words(), world.run.phase_word()), (vec!["ended", "observing"], "observing"));
    goes(&mut world, 0, [RolloutEvent::Retires {}, RolloutEvent::Ended {}]);
    assert_eq!(world.run.result(), Some(RunResult::Done));
}

#[test]
fn a_release_that_turns_back_ends_the_run_as_rolled_back() {
    let mut world = deploy_then(StepBuilder::shell("verify", "true"));
    goes(&mut world, 0, to_all_traffic().into_iter().take(3).chain([turned_back()]));
    assert_eq!(world.run.result(), None, "its old set still comes back");
    goes(&mut world, 0, back_home());
    assert_eq!(world.run.result(), Some(RunResult::RolledBack));
    assert_eq!(world.run.exit_code(), 4);
    assert_eq!(*world.run.step(StepIndex(1)), StepState::Gates { next: 0 });
}

#[test]
fn a_release_that_turns_back_is_not_tried_again() {
    let ship = StepBuilder::deploy("ship", "2").again(3).on_failure(OnFailure::Pause);
    let mut world = World::start(PlanBuilder::new().step(ship).build());
    goes(&mut world, 0, to_all_traffic().into_iter().take(3).chain([turned_back()]).chain(back_home()));
    assert_eq!(world.run.result(), Some(RunResult::RolledBack));
}

#[test]
fn a_later_step_that_fails_turns_the_release_back_before_the_rollback_procedure_begins() {
    let verify = StepBuilder::shell("verify", "false").on_failure(OnFailure::Rollback("rollback".to_owned()));
    let plan = PlanBuilder::new().step(StepBuilder::deploy("ship", "2")).step(verify);
    let mut world = World::start(plan.rollback("rollback", vec![StepBuilder::shell("tell", "true")]).build());
    goes(&mut world, 0, to_all_traffic());
    world.end(1, Outcome::bare(Exit::Status(1)));
    assert_eq!(world.words(), ["ended", "rollout"]);
    goes(&mut world, 0, back_home());
    assert_eq!(world.words(), ["rollout", "rollback-began", "intended"]);
    world.end(2, Outcome::bare(Exit::Status(0)));
    assert_eq!(world.run.result(), Some(RunResult::RolledBack));
}

#[test]
fn a_bad_verdict_while_only_watching_turns_the_run_back() {
    let ship = StepBuilder::deploy("ship", "2").on_failure(OnFailure::Rollback("rollback".to_owned()));
    let plan = PlanBuilder::new().step(ship).step(StepBuilder::wait("soak", Duration::from_mins(15)));
    let mut world = World::start(plan.rollback("rollback", vec![StepBuilder::shell("tell", "true")]).build());
    goes(&mut world, 0, to_all_traffic().into_iter().chain([turned_back()]));
    world.tick(Duration::from_mins(20));
    assert_eq!(world.words(), [] as [&str; 0], "the soak is over, but nothing new begins");
    goes(&mut world, 0, back_home());
    assert_eq!(world.words(), ["rollout", "rollback-began", "intended"]);
}

#[test]
fn a_cancel_brings_the_release_back_first() {
    for moved in [2, 6] {
        let mut world = deploy_then(StepBuilder::wait("soak", Duration::from_mins(15)));
        goes(&mut world, 0, to_all_traffic().into_iter().take(moved));
        world.command(Command::Cancel { undo: false }).unwrap();
        assert_eq!(world.words(), ["cancel-asked", "rollout"], "after {moved} events");
        goes(&mut world, 0, back_home());
        assert_eq!(world.run.result(), Some(RunResult::Cancelled), "after {moved} events");
    }
}

#[test]
fn a_person_may_turn_it_back_at_any_time() {
    let mut world = deploy_then(StepBuilder::wait("soak", Duration::from_mins(15)));
    goes(&mut world, 0, to_all_traffic().into_iter().take(3));
    world.command(Command::Rollback { to: None }).unwrap();
    assert_eq!(world.words(), ["rollout"], "the act under way ends by it");
    assert!(matches!(world.command(Command::Rollback { to: None }), Err(CommandRefused::TurningBack)));
    goes(&mut world, 0, back_home());
    assert_eq!(world.run.result(), Some(RunResult::RolledBack));

    let mut world = deploy_then(StepBuilder::wait("soak", Duration::from_mins(15)));
    goes(&mut world, 0, to_all_traffic());
    world.command(Command::Rollback { to: None }).unwrap();
    assert_eq!(world.words(), ["rollout", "rollback-began"]);
    goes(&mut world, 0, back_home());
    assert_eq!(world.run.result(), Some(RunResult::RolledBack));
}

#[test]
fn people_tell_the_rollout_itself() {
    let mut world = deploy_then(StepBuilder::shell("verify", "true"));
    let tell = |command| Command::Rollout { service: None, command };
    let early = world.command(tell(RolloutCommand::Pause)).unwrap_err();
    assert_eq!(early.to_string(), "the run brings out no release now");
    goes(&mut world, 0, to_all_traffic().into_iter().take(3));
    world.command(tell(RolloutCommand::Pause)).unwrap();
    let again = world.command(tell(RolloutCommand::Pause)).unwrap_err();
    assert_eq!(again.to_string(), "the rollout is already paused");
    world.command(tell(RolloutCommand::Promote)).unwrap();
    let other = Command::Rollout { service: Some("stock".to_owned()), command: RolloutCommand::Abort };
    assert!(matches!(world.command(other), Err(CommandRefused::WhichRollout { .. })));
}

#[test]
fn a_newer_run_takes_over_what_only_watches_but_not_what_goes_back() {
    let by = RunId::new(Timestamp::UNIX_EPOCH, [9; 10]);
    let watching = || {
        let mut world = World::start(PlanBuilder::new().step(StepBuilder::deploy("ship", "2")).build());
        goes(&mut world, 0, to_all_traffic());
        world
    };
    let mut world = watching();
    world.command(Command::Supersede { by }).unwrap();
    assert_eq!((world.run.result(), world.run.open_rollouts().count()), (Some(RunResult::Superseded), 0));

    let mut world = watching();
    goes(&mut world, 0, [turned_back()]);
    assert!(matches!(world.command(Command::Supersede { by }), Err(CommandRefused::TurningBack)));
}

#[test]
fn after_a_crash_the_rollout_is_looked_after_and_not_begun_anew() {
    let mut world = deploy_then(StepBuilder::shell("verify", "true"));
    goes(&mut world, 0, to_all_traffic().into_iter().take(3));
    world.replay();
    let claim = callsheet_engine::Claim::first(StepIndex(0), 0);
    assert_eq!(callsheet_engine::outstanding(&world.run), [Effect::Conduct(claim)]);
    let twice = Event::Rollout { claim, event: Box::new(RolloutEvent::Began(Box::new(plan()))) };
    assert!(world.try_happen(twice).is_err());
}

#[test]
fn the_record_tells_the_rollout() {
    let mut world = deploy_then(StepBuilder::shell("verify", "true"));
    goes(&mut world, 0, to_all_traffic().into_iter().take(3).chain([turned_back()]).chain(back_home()));
    let mut head = Head::start(world.run.id());
    let records = world.journal.iter().map(|(body, at)| {
        let record = seal(head, Draft { at: *at, body: body.clone() });
        head = Head { run: record.run, seq: record.seq, chain: record.chain };
        record
    });
    let record = ChangeRecord::new(&world.run, &records.collect::<Vec<_>>()).unwrap();
    let text = record.text();
    assert!(text.contains("rollout service 1 → 2: rolled back: more errors than the release beside it"), "{text}");
    assert!(text.contains("10% of the traffic is on 2"), "{text}");
    assert!(text.contains("all traffic is on 1 again"), "{text}");
}
