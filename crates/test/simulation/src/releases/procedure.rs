//! Random deploys: every strategy, good versions and bad ones, steps before and after.

use std::collections::BTreeMap;
use std::path::Path;

use callsheet_base::Duration;
use callsheet_diag::SourceText;
use callsheet_plan::{Action, Config, DeployOrder, Goal, OnFailure, Plan, StepKind};
use callsheet_rollout::{Condition, Hook};
use callsheet_testkit::{PlanBuilder, StepBuilder};
use rand::Rng;
use rand::rngs::StdRng;

use super::instances::Character;

pub(crate) const SERVICE: &str = "service";
pub(super) const ENVIRONMENT: &str = "dev";
const VERSIONS: [&str; 5] = ["1", "2", "3", "4", "5"];

/// What holds for all deploys of a story.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setting {
    pub(crate) instances: u16,
}

impl Setting {
    pub(crate) fn random(dice: &mut StdRng) -> Setting {
        Setting { instances: dice.random_range(1..=3) }
    }

    /// How each version behaves; the first is good.
    pub(crate) fn characters(dice: &mut StdRng) -> BTreeMap<String, Character> {
        let character = |dice: &mut StdRng| match dice.random_range(0..16) {
            0 => Character::NeverReady,
            1 => Character::Unfit,
            2 => Character::Crashes,
            3 => Character::Late,
            4..7 => Character::Errs,
            _ => Character::Good,
        };
        VERSIONS.iter().map(|version| ((*version).to_owned(), character(dice))).collect()
    }

    /// Everything that the deploys name.
    pub(crate) fn write(folder: &Path) -> std::io::Result<()> {
        VERSIONS.iter().try_for_each(|version| std::fs::write(folder.join(version), version))
    }
}

/// A plan that brings something out.
pub(crate) fn random(dice: &mut StdRng, setting: &Setting) -> Plan {
    let mut plan = PlanBuilder::new();
    let has_before = dice.random_ratio(1, 4);
    if has_before {
        plan = plan.step(StepBuilder::shell("before", "true").idempotent());
    }
    let goal = match dice.random_range(0..7) {
        0 => Goal::Back { to: None },
        _ => {
            let version = VERSIONS[dice.random_range(0..VERSIONS.len())].to_owned();
            Goal::Version { artifact: Some(version.clone()), version, one_way: None }
        }
    };
    let fails = dice.random_range(0..4);
    let on_failure = match fails {
        0 => OnFailure::Rollback("back".to_owned()),
        1 => OnFailure::GoOn,
        _ => OnFailure::Stop,
    };
    let spec = spec(dice, setting);
    let deploys = matches!(goal, Goal::Version { .. });
    let place = usize::from(has_before);
    let conditions = if deploys && dice.random_ratio(1, 4) { vec![condition()] } else { Vec::new() };
    let ship = brings_out("ship", goal, spec.clone(), conditions);
    plan = plan.step(ship.on_failure(on_failure));
    if dice.random_ratio(1, 4) {
        let on_failure = if fails == 0 { OnFailure::Rollback("back".to_owned()) } else { OnFailure::Stop };
        plan = plan.step(StepBuilder::shell("after", "true").idempotent().on_failure(on_failure));
    }
    if fails == 0 {
        plan = plan.rollback("back", vec![brings_out("back", Goal::Back { to: None }, spec, Vec::new())]);
    }
    if deploys {
        plan = with_hooks(dice, plan, place);
    }
    plan.build()
}

/// What the deploy act in `place` has run.
fn with_hooks(dice: &mut StdRng, mut plan: PlanBuilder, place: usize) -> PlanBuilder {
    let step = |id: &str| StepBuilder::shell(id, "true").idempotent();
    if dice.random_ratio(1, 4) {
        plan = plan.hooks(place, &[(Hook::Migrate, None)], vec![step("migrate")]);
    }
    if dice.random_ratio(1, 3) {
        let flows = vec![step("flows/sign-in").again(1), step("flows/buy")];
        let mut moments = vec![(Hook::Smoke, None), (Hook::Public, None)];
        if dice.random_ratio(1, 2) {
            moments.push((Hook::Later(0), Some(Duration::from_secs(dice.random_range(0..20)))));
        }
        plan = plan.hooks(place, &moments, flows);
    }
    plan
}

fn brings_out(id: &str, goal: Goal, spec: callsheet_plan::ServiceSpec, conditions: Vec<Condition>) -> StepBuilder {
    let order = DeployOrder { conditions, ..DeployOrder::bare(SERVICE, goal, spec) };
    StepBuilder::new(id, StepKind::Command, Action::Deploy(Box::new(order))).idempotent()
}

/// The town's store of metrics is silent now and then, and what it says may fail for a while.
fn condition() -> Condition {
    Condition {
        expression: "queue < 100".to_owned(),
        source: "http://metrics.test".to_owned(),
        every: Duration::from_secs(1),
        tolerated: Duration::from_secs(4),
    }
}

fn spec(dice: &mut StdRng, setting: &Setting) -> callsheet_plan::ServiceSpec {
    let strategy = match dice.random_range(0..8) {
        0..3 => "steps = [\"10%\", \"50%\"]\nhold = \"4s\"",
        3 => "steps = [\"25%\"]\nhold = \"3s\"\nby_hand = true",
        4 => "strategy = \"blue-green\"\nhold = \"4s\"",
        5 => "strategy = \"blue-green\"\nhold = \"0s\"\nby_hand = true",
        6 => "strategy = \"rolling\"\nhold = \"2s\"",
        _ => "strategy = \"recreate\"",
    };
    let keep_old = [1, 1, 10, 60][dice.random_range(0..4)];
    let soak = [0, 0, 0, 5][dice.random_range(0..4)];
    let toml = format!(
        "[services.{SERVICE}]\ncommand = [\"{{release}}\"]\ninstances = {}\n[services.{SERVICE}.release]\n{strategy}\n\
         ready_within = \"15s\"\ndrain_within = \"3s\"\nkeep_old = \"{keep_old}s\"\nsoak = \"{soak}s\"\nlease = \"6s\"\njudging = {{ must_see = \"90%\" }}\n",
        setting.instances
    );
    let config = Config::read(&SourceText::new("callsheet.toml", &toml)).expect("it is well-formed");
    config.service_in(SERVICE, ENVIRONMENT).expect("it says how it runs").clone()
}
