//! What must never be, whatever happens.

use callsheet_rollout::{Effect, Ending, Event, Hook, Phase, Set};
use callsheet_traffic::Weight;

use crate::world::Small;

/// No act takes away what traffic rests on, or gives traffic to what cannot carry it.
pub fn act_is_safe(world: &Small, effect: &Effect) {
    let at = || format!("{effect:?} in {}", world.key());
    let plan = world.rollout.plan();
    if let (Effect::Scale { set: Set::New, to: 1.. }, Phase::Undoing {}) = (effect, world.rollout.phase()) {
        panic!("a new instance before the schema is back: {}", at());
    }
    match *effect {
        Effect::SetWeight(weight) if weight > world.weight => {
            let needed = world.rollout.stage().map_or(plan.instances, |stage| stage.new);
            assert!(world.new.ready >= needed.max(1), "traffic to a set that is not ready: {}", at());
        }
        Effect::SetWeight(_) => {
            let old_carries = world.old.ready == plan.instances || (world.new.ready == 0 && world.old.ready > 0);
            assert!(old_carries || plan.from.is_none(), "traffic back to a set that is not ready: {}", at());
        }
        Effect::Scale { set: Set::New, to } if to < world.new.alive => {
            assert!(
                world.weight == Weight::NONE || (plan.exclusive && world.held),
                "traffic rests on the new set: {}",
                at()
            );
        }
        Effect::Scale { set: Set::Old, to } if to < world.old.alive => {
            let carried = world.new.ready + to >= plan.instances || (plan.exclusive && world.held);
            assert!(carried, "what is left cannot carry the traffic: {}", at());
            assert!(
                to > 0 || world.weight == Weight::ALL || (plan.exclusive && world.held),
                "traffic rests on the old set: {}",
                at()
            );
        }
        Effect::Scale { set, to } if to > 0 && plan.exclusive => {
            assert_ne!(world.rollout.hook(), Some(Hook::Migrate), "an instance beside the migration: {}", at());
            let other = if set == Set::New { world.old } else { world.new };
            assert_eq!(other.alive, 0, "both sets at once: {}", at());
        }
        _ => {}
    }
}

/// Nothing is run before what it rests on is there.
fn hook_is_in_time(world: &Small, hook: Hook) {
    let at = || format!("{hook:?} in {}", world.key());
    let plan = world.rollout.plan();
    match hook {
        Hook::Migrate => {
            assert_eq!(world.new.alive, 0, "a new instance before the migration: {}", at());
            assert!(!plan.exclusive || (world.old.alive == 0 && world.held), "the old set still runs: {}", at());
        }
        Hook::Assets | Hook::Warm | Hook::Smoke => {
            assert!(world.new.ready > 0, "nobody answers: {}", at());
            assert_eq!(world.weight, Weight::NONE, "users come first: {}", at());
        }
        Hook::Public | Hook::Later(_) => assert_eq!(world.weight, Weight::ALL, "not all traffic moved: {}", at()),
    }
}

/// Ends are what they say, and nothing happens after them.
pub fn event_is_right(world: &Small, event: &Event) {
    let at = || format!("{event:?} in {}", world.key());
    assert!(!matches!(world.rollout.phase(), Phase::Ended(_)), "something happened after the end: {}", at());
    let plan = world.rollout.plan();
    match event {
        Event::HookBegan { hook, .. } => hook_is_in_time(world, *hook),
        Event::Undone { .. } => {
            assert_eq!(world.new.alive, 0, "a new instance before the schema is back: {}", at());
            assert!(!plan.exclusive || (world.old.alive == 0 && world.held), "the old set still runs: {}", at());
        }
        Event::Passed { .. } | Event::Soaked { .. } if world.weight > Weight::NONE => {
            assert!(world.rollout.urged() || world.all_hold(), "a pass without its conditions: {}", at());
        }
        Event::Shifted { .. } | Event::Soaked { .. } | Event::Retires {} => {
            assert_eq!(world.rollout.hook(), None, "it goes on without what runs: {}", at());
        }
        _ => {}
    }
    if let Event::Ended {} = event {
        assert_eq!(world.rollout.hook(), None, "what runs was not waited for: {}", at());
        match world.rollout.phase() {
            Phase::Retiring {} => assert!(world.old.alive == 0 && world.new.alive > 0, "{}", at()),
            Phase::Clearing { .. } => assert!(world.new.alive == 0 && world.weight == Weight::NONE, "{}", at()),
            _ => panic!("an end out of nowhere: {}", at()),
        }
    }
}

/// From everywhere, a kind world leads to an end, or to a person who is asked, within a few rounds.
pub fn ends_well_if_nothing_more_goes_wrong(from: &Small) {
    let mut world = from.clone();
    for _ in 0..40 {
        match world.rollout.phase() {
            Phase::Ended(Ending::Promoted) => {
                return assert!(!world.held && world.weight == Weight::ALL, "{}", world.key());
            }
            Phase::Ended(Ending::RolledBack(_)) => {
                return assert!(!world.held && world.weight == Weight::NONE, "{}", world.key());
            }
            _ => world = world.kindly(),
        }
    }
    let asked = world.rollout.paused() || matches!(world.rollout.phase(), Phase::Waiting { .. });
    assert!(asked, "stuck:\n{}\nfrom\n{}", world.key(), from.key());
}
