//! What rollouts have run: steps beside the run's own, recorded as any step is, with an end that the rollout is told.

mod world;

use callsheet_base::{Digest, Duration};
use callsheet_engine::{
    Claim, Command, Effect, Event, Exit, Judged, Outcome, RunResult, StepState, Verdict, outstanding,
};
use callsheet_plan::{Expect, ExpectTest, StepIndex};
use callsheet_rollout::analysis::Settings;
use callsheet_rollout::{Event as E, Hook, Later, Reason, Release, RolloutPlan, Strategy};
use callsheet_testkit::{PlanBuilder, StepBuilder};
use callsheet_traffic::Weight;
use world::World;

const SHIP: Claim = Claim { step: StepIndex(0), act: 0, attempt: 1 };
const LATER: Duration = Duration::from_mins(15);

fn release(version: &str) -> Release {
    Release { version: version.to_owned(), digest: Digest::of(version.as_bytes()), one_way: None }
}

fn began(soak: Duration) -> E {
    let steps = vec![Weight::from_percent(10)];
    let strategy = Strategy::Canary { steps, hold: Duration::from_secs(10), by_hand: false };
    E::Began(Box::new(RolloutPlan {
        service: "service".to_owned(),
        environment: "dev".to_owned(),
        from: Some(release("1")),
        to: release("2"),
        repairs: false,
        instances: 2,
        stages: strategy.stages(2).unwrap(),
        exclusive: false,
        hooks: vec![Hook::Smoke, Hook::Public],
        ready_within: Duration::from_mins(1),
        drain_within: Duration::from_secs(10),
        keep_old: Duration::from_mins(30),
        later: vec![Later { after: LATER, name: "flows".to_owned() }],
        soak,
        emergency: None,
        judging: Settings::default(),
        schema: None,
        undo: None,
        conditions: Vec::new(),
    }))
}

/// `ship`, then `tell`; the rollout has `sign-in` and `buy` run (steps 2 and 3).
fn shop(tune: impl Fn(StepBuilder) -> StepBuilder) -> World {
    let hooks = [(Hook::Smoke, None), (Hook::Public, None), (Hook::Later(0), Some(LATER))];
    let flows = vec![tune(StepBuilder::shell("flows/sign-in", "true")), tune(StepBuilder::shell("flows/buy", "true"))];
    let plan = PlanBuilder::new().step(StepBuilder::deploy("ship", "2")).step(StepBuilder::shell("tell", "true"));
    World::start(plan.hooks(0, &hooks, flows).build())
}

fn goes(world: &mut World, events: impl IntoIterator<Item = E>) {
    for event in events {
        world.happen(Event::Rollout { claim: SHIP, event: Box::new(event) });
    }
}

fn began_hook(hook: Hook) -> E {
    E::HookBegan { hook, address: Some("http://127.0.0.1:9".to_owned()), release: None }
}

fn well() -> Outcome {
    Outcome::bare(Exit::Status(0))
}

fn to_all_traffic(world: &mut World) {
    let passed = |stage| E::Passed { stage, evidence: None };
    goes(world, [began(Duration::ZERO), E::Ready {}, began_hook(Hook::Smoke)]);
    world.end(2, well());
    world.end(3, well());
    goes(world, [E::Shifted { stage: 0 }, passed(0), E::Shifted { stage: 1 }, began_hook(Hook::Public)]);
    world.end(2, well());
    world.end(3, well());
    goes(world, [passed(1)]);
}

fn last_rollout_event(world: &World) -> E {
    let last = world.last.record.iter().rev().find_map(|event| match event {
        Event::Rollout { event, .. } => Some((**event).clone()),
        _ => None,
    });
    last.expect("something happened to the rollout")
}

#[test]
fn steps_run_one_after_the_other_and_the_rollout_is_told() {
    let mut world = shop(|step| step);
    goes(&mut world, [began(Duration::ZERO), E::Ready {}, began_hook(Hook::Smoke)]);
    assert_eq!(world.words(), ["rollout", "intended"], "the intent is recorded with the beginning");
    let (order, lane) = world.run.lane_at(StepIndex(2)).expect("it is open");
    assert_eq!((order.service.as_str(), lane.address.as_deref()), ("service", Some("http://127.0.0.1:9")));
    world.end(2, well());
    assert_eq!(world.words(), ["ended", "intended"]);
    world.end(3, well());
    assert_eq!(world.words(), ["ended", "rollout"]);
    assert_eq!(last_rollout_event(&world), E::HookEnded { hook: Hook::Smoke, failed: None });
    assert!(world.last.perform.contains(&Effect::Conduct(SHIP)), "{:?}", world.last.perform);
    assert!(matches!(world.run.step(StepIndex(0)), StepState::Running { .. }), "the deploy goes on");
}

#[test]
fn a_flow_that_fails_turns_the_release_back() {
    let mut world = shop(|step| step);
    goes(&mut world, [began(Duration::ZERO), E::Ready {}, began_hook(Hook::Smoke)]);
    world.end(2, Outcome::bare(Exit::Status(1)));
    let failed = Some("step `flows/sign-in` failed: exit status 1".to_owned());
    assert_eq!(last_rollout_event(&world), E::HookEnded { hook: Hook::Smoke, failed });
    goes(&mut world, [E::Restored {}, E::Ended {}]);
    assert_eq!(world.run.result(), Some(RunResult::RolledBack));
}

#[test]
fn a_flow_is_told_by_what_it_saw_not_by_how_its_program_ended() {
    let expect = |step: StepBuilder| {
        let (test, text) = (ExpectTest::Empty, "no output".to_owned());
        step.expect(Expect { test, text, line: 1, act: None, inferred: false })
    };
    let mut world = shop(expect);
    goes(&mut world, [began(Duration::ZERO), E::Ready {}, began_hook(Hook::Smoke)]);
    let verdict = Verdict { expect: 0, judged: Judged::Fails, saw: "the page of an error".to_owned() };
    world.end(2, Outcome { verdicts: vec![verdict], ..well() });
    let failed = Some("step `flows/sign-in` failed: expected: no output; saw: the page of an error".to_owned());
    assert_eq!(last_rollout_event(&world), E::HookEnded { hook: Hook::Smoke, failed });
}

#[test]
fn the_same_steps_run_again_under_new_claims_beside_the_runs_own() {
    let mut world = shop(|step| step);
    to_all_traffic(&mut world);
    let own: Vec<u32> = world.running().iter().map(|claim| claim.step.0).collect();
    assert_eq!(own, [1], "the run goes on with its next step");
    goes(&mut world, [began_hook(Hook::Later(0))]);
    let claims: Vec<(u32, u32)> = world.running().iter().map(|claim| (claim.step.0, claim.attempt)).collect();
    assert_eq!(claims, [(1, 1), (2, 3)], "the third time of this step");
    world.end(1, well());
    assert_eq!(world.run.result(), None);
    world.end(2, well());
    world.end(3, Outcome::bare(Exit::Status(1)));
    goes(&mut world, [E::Restored {}, E::Ended {}]);
    assert_eq!(world.run.result(), Some(RunResult::RolledBack), "a verification after the run's last step");
}

#[test]
fn what_runs_is_ended_when_the_release_turns_back_and_waited_for() {
    for cancel in [false, true] {
        let mut world = shop(|step| step);
        goes(&mut world, [began(Duration::ZERO), E::Ready {}, began_hook(Hook::Smoke)]);
        let claim = world.running()[1];
        if cancel {
            world.command(Command::Cancel { undo: false }).unwrap();
        } else {
            goes(&mut world, [E::TurnedBack { reason: Reason::Down, evidence: None, wrote: Vec::new() }]);
        }
        assert!(world.last.perform.contains(&Effect::Cancel(claim)), "{:?}", world.last.perform);
        world.end(2, Outcome::bare(Exit::Cancelled));
        assert!(matches!(last_rollout_event(&world), E::HookEnded { failed: Some(_), .. }));
        goes(&mut world, [E::Restored {}, E::Ended {}]);
        let expected = if cancel { RunResult::Cancelled } else { RunResult::RolledBack };
        assert_eq!(world.run.result(), Some(expected));
    }
}

#[test]
fn after_a_crash_it_is_asked_after_like_any_act() {
    let mut world = shop(|step| step);
    goes(&mut world, [began(Duration::ZERO), E::Ready {}, began_hook(Hook::Smoke)]);
    world.replay();
    let claim = Claim::first(StepIndex(2), 0);
    assert_eq!(outstanding(&world.run), [Effect::Reconcile(claim), Effect::Conduct(SHIP)]);
    world.doubt(2);
    assert_eq!(world.words(), ["doubt-found", "asked"], "nobody said that it may run twice");
    world.command(Command::Done(StepIndex(2))).unwrap();
    assert_eq!(world.words(), ["settled", "intended"]);

    let mut world = shop(|step| step.idempotent());
    goes(&mut world, [began(Duration::ZERO), E::Ready {}, began_hook(Hook::Smoke)]);
    world.doubt(2);
    assert_eq!(world.words(), ["doubt-found", "settled", "intended"]);
}

#[test]
fn a_step_that_is_tried_again_waits_as_any_does() {
    let mut world = shop(|step| step.again(1));
    goes(&mut world, [began(Duration::ZERO), E::Ready {}, began_hook(Hook::Smoke)]);
    world.end(2, Outcome::bare(Exit::Status(1)));
    assert_eq!(world.words(), ["ended", "timer-set"]);
    assert!(world.run.next_due().is_some());
    world.tick(Duration::from_mins(5));
    assert_eq!(world.words(), ["timer-fired", "intended"]);
}

#[test]
fn the_act_is_not_done_before_the_soak_is_over() {
    let passed = |stage| E::Passed { stage, evidence: None };
    let mut world = shop(|step| step);
    goes(&mut world, [began(Duration::from_hours(24)), E::Ready {}, began_hook(Hook::Smoke)]);
    world.end(2, well());
    world.end(3, well());
    goes(&mut world, [E::Shifted { stage: 0 }, passed(0), E::Shifted { stage: 1 }, passed(1)]);
    assert!(matches!(world.run.step(StepIndex(0)), StepState::Running { .. }));
    goes(&mut world, [E::Soaked { evidence: None }]);
    assert_eq!(world.words(), ["rollout", "ended", "intended"], "then the next step begins");
}
