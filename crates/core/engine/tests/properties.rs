//! Random histories: whatever people and the world do, in whatever order, a run keeps its promises.

mod world;

use std::collections::{BTreeMap, BTreeSet};

use callsheet_base::Duration;
use callsheet_engine::{Claim, Command, Event, Exit, Outcome, StepState, advance, decide, outstanding};
use callsheet_plan::{Gate, OnFailure, Plan, StepIndex};
use callsheet_testkit::{PlanBuilder, StepBuilder};
use proptest::prelude::*;
use world::World;

/// Something that a person or the world does; numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Move {
    End(u8, u8),
    Withdraw(u8),
    Doubt(u8),
    Tell(u8, u8),
    Pass(u16),
    Crash,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        6 => (any::<u8>(), 0..4u8).prop_map(|(which, how)| Move::End(which, how)),
        1 => any::<u8>().prop_map(Move::Withdraw),
        2 => any::<u8>().prop_map(Move::Doubt),
        6 => (0..13u8, any::<u8>()).prop_map(|(command, step)| Move::Tell(command, step)),
        3 => (0..5000u16).prop_map(Move::Pass),
        2 => Just(Move::Crash),
    ];
    prop::collection::vec(one, 0..60)
}

fn step(at: usize, kind: u8) -> StepBuilder {
    let id = format!("s{at}");
    let shell = StepBuilder::shell(&id, "true");
    match kind % 12 {
        0 => shell,
        1 => shell.again(2),
        2 => shell.idempotent(),
        3 => shell.on_failure(OnFailure::Pause),
        4 => shell.on_failure(OnFailure::Rollback("rollback".to_owned())),
        5 => shell.parallel("p"),
        6 => shell.gate(Gate::Optional { condition: "if wanted".to_owned() }),
        7 => shell.gate(Gate::Danger { words: vec!["rm".to_owned()] }),
        8 => StepBuilder::manual(&id),
        9 => StepBuilder::wait(&id, Duration::from_secs(3)),
        10 => StepBuilder::approve(&id, 2),
        _ => shell.on_failure(OnFailure::Undo),
    }
}

fn plan(kinds: &[u8]) -> Plan {
    let builder = kinds.iter().enumerate().fold(PlanBuilder::new(), |plan, (at, kind)| plan.step(step(at, *kind)));
    let back = StepBuilder::shell("rollback/a", "true").on_failure(OnFailure::Pause);
    let builder = builder.rollback("rollback", vec![back]);
    builder.undo("s0", StepBuilder::shell("un-s0", "true").on_failure(OnFailure::Pause)).build()
}

fn command(number: u8, step: u32) -> Command {
    let step = StepIndex(step);
    match number {
        0 => Command::Approve(step),
        1 => Command::Deny(step),
        2 | 3 => Command::Confirm(step),
        4 => Command::Skip(step),
        5 => Command::Retry(step),
        6 => Command::Done(step),
        7 => Command::Rollback { to: None },
        8 => Command::Cancel { undo: step.0.is_multiple_of(2) },
        9 => Command::Hold,
        10 | 11 => Command::Go,
        _ => Command::Approve(step),
    }
}

fn perform(world: &mut World, one: &Move) {
    let running = world.running();
    let pick = |which: u8| running.get(which as usize % running.len().max(1)).copied();
    match one {
        Move::End(which, how) => {
            if let Some(claim) = pick(*which) {
                let exit = [Exit::Status(0), Exit::Status(0), Exit::Status(1), Exit::TimedOut][*how as usize].clone();
                world.happen(Event::Ended { claim, outcome: Outcome::bare(exit) });
            }
        }
        Move::Withdraw(which) => {
            if let Some(claim) = pick(*which) {
                world.happen(Event::Withdrawn { claim, why: "not started".to_owned() });
            }
        }
        Move::Doubt(which) => {
            if let Some(claim) = pick(*which) {
                world.happen(Event::DoubtFound { claim, why: "gone".to_owned() });
            }
        }
        Move::Tell(number, step) => {
            // A refusal is an answer too; it must change nothing.
            let before = world.run.clone();
            let steps = world.run.plan().steps.len() as u32;
            let name = if step % 3 == 0 { "first" } else { "second" };
            if world.command_by(name, command(*number, u32::from(*step) % steps)).is_err() {
                assert_eq!(world.run, before);
            }
        }
        Move::Pass(millis) => world.tick(Duration::from_millis(u64::from(*millis))),
        Move::Crash => {
            world.replay();
            let asked: BTreeSet<String> = outstanding(&world.run).iter().map(|effect| format!("{effect:?}")).collect();
            for claim in world.running() {
                assert!(asked.contains(&format!("Reconcile({claim:?})")), "{asked:?}");
            }
            world.tick(Duration::ZERO);
        }
    }
}

/// Every promise that can be read off a journal.
fn check_journal(world: &World) {
    let mut open: BTreeSet<Claim> = BTreeSet::new();
    let mut doubtful: BTreeSet<Claim> = BTreeSet::new();
    let mut seen: BTreeSet<Claim> = BTreeSet::new();
    let mut succeeded: BTreeMap<(StepIndex, u16), Claim> = BTreeMap::new();
    for (body, _) in &world.journal {
        match Event::from_json(body).expect("readable") {
            Event::Intended { claim } => {
                assert!(seen.insert(claim), "{claim} was intended twice");
                assert!(!succeeded.contains_key(&(claim.step, claim.act)), "{claim}: a finished act runs again");
                assert!(open.insert(claim));
            }
            Event::Ended { claim, outcome } => {
                assert!(open.remove(&claim), "{claim} ended without being open");
                if outcome.exit == Exit::Status(0) {
                    succeeded.insert((claim.step, claim.act), claim);
                }
            }
            Event::Withdrawn { claim, .. } => assert!(open.remove(&claim), "{claim} withdrawn without being open"),
            Event::DoubtFound { claim, .. } => {
                assert!(open.remove(&claim), "{claim} doubted without being open");
                doubtful.insert(claim);
            }
            Event::Settled { claim, .. } => drop(doubtful.remove(&claim)),
            _ => {}
        }
    }
    let running: BTreeSet<Claim> = world.running().into_iter().collect();
    if world.run.result().is_some() {
        assert!(open.is_empty() && doubtful.is_empty(), "the run is over with {open:?} open and {doubtful:?} in doubt");
    } else {
        assert_eq!(open, running);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// `World` itself checks after every move that replaying the journal leads to the live state.
    #[test]
    fn promises_hold_in_every_history(kinds in prop::collection::vec(any::<u8>(), 1..7), moves in moves()) {
        let mut world = World::start(plan(&kinds));
        for one in &moves {
            perform(&mut world, one);
            let again = decide(&world.run, world.clock.now());
            prop_assert!(again.is_empty(), "deciding again gives {again:?}");
            let closed: Vec<StepState> = world.run.plan().steps.iter().enumerate()
                .map(|(at, _)| world.run.step(StepIndex(at as u32)).clone()).filter(StepState::is_closed).collect();
            prop_assert!(closed.len() <= world.run.plan().steps.len());
        }
        check_journal(&world);
        if world.run.result().is_some() {
            let mut run = world.run.clone();
            prop_assert!(advance(&mut run, Duration::from_hours(9).after(world.clock.now())).unwrap().is_empty());
            prop_assert_eq!(&run, &world.run);
        }
    }

    /// Any event in any state is taken or refused whole: never a panic, never half a change.
    #[test]
    fn impossible_events_change_nothing(kinds in prop::collection::vec(any::<u8>(), 1..5), moves in moves(), act in 0..3u16, attempt in 0..4u32, at in 0..9u32) {
        let mut world = World::start(plan(&kinds));
        moves.iter().for_each(|one| perform(&mut world, one));
        let step = StepIndex(at);
        let claim = Claim { step, act, attempt };
        let events = [
            Event::Intended { claim },
            Event::Ended { claim, outcome: Outcome::bare(Exit::Status(0)) },
            Event::Withdrawn { claim, why: String::new() },
            Event::DoubtFound { claim, why: String::new() },
            Event::TimerFired { step },
            Event::Expired { step },
            Event::TargetAsked {},
            Event::Observing {},
        ];
        for event in events {
            let mut run = world.run.clone();
            if run.apply(&event, world.clock.now()).is_err() {
                prop_assert_eq!(&run, &world.run, "{:?} was refused but changed the run", event);
            }
        }
    }
}
