//! Whether what the journal says of a rollout is what was seen.

use callsheet_base::RunId;
use callsheet_engine::Claim;
use callsheet_rollout::{Event, Hook, InstanceSeen, InstanceState, Phase, Reason, RolloutPlan, Sight};
use callsheet_traffic::Weight;

use super::town::{Look, Town};

/// One event that became durable.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) run: RunId,
    pub(crate) claim: Claim,
    pub(crate) event: Event,
    pub(crate) plan: RolloutPlan,
    /// Where the rollout stood before.
    pub(crate) before: Option<Phase>,
    /// Where it stands now.
    pub(crate) now: Phase,
}

/// Holds an event against the conductor's last look and the town.
pub(crate) fn agrees(town: &mut Town, said: &Said) -> Result<(), String> {
    let none = Look::default();
    let look = town.looks.get(&(said.run, said.claim)).unwrap_or(&none);
    let plan = &said.plan;
    let weight = look.traffic.as_ref().map(|seen| seen.weight);
    let held = look.traffic.as_ref().is_some_and(|seen| seen.held);
    let ready = |version: &str| {
        let ready = look.instances.iter().filter(|one| one.state == InstanceState::Ready);
        ready.filter(|one| one.release.version == version).count()
    };
    let old = plan.from.as_ref().map(|from| from.version.as_str());
    let true_ = match &said.event {
        Event::Began(_) => begins_from_what_runs(town, plan),
        Event::Ready {} => ready(&plan.to.version) >= usize::from(plan.stages[0].new),
        Event::Shifted { stage } => weight == Some(plan.stages[*stage].weight) && !held,
        Event::Retires {} => weight == Some(Weight::ALL),
        Event::Restored {} => {
            weight == Some(Weight::NONE) && !held && old.is_none_or(|old| ready(old) >= usize::from(plan.instances))
        }
        Event::Ended {} => match &said.before {
            Some(Phase::Retiring {}) => old.is_none_or(|old| town.alive(old) == 0),
            _ => plan.repairs || town.alive(&plan.to.version) == 0,
        },
        Event::ConditionSeen { sight, .. } => look.sight.as_ref() == Some(sight),
        Event::TurnedBack { reason: Reason::Condition(what), .. } if what.starts_with("`queue") => {
            matches!(look.sight, Some(Sight::Fails { .. }))
        }
        Event::Soaked { .. } => weight == Some(Weight::ALL),
        Event::Undone { .. } | Event::HookBegan { hook: Hook::Migrate, .. } => {
            let new = |one: &&InstanceSeen| one.release.version == plan.to.version;
            !look.instances.iter().any(|one| new(&one)) && (!plan.exclusive || held)
        }
        Event::HookBegan { hook, .. } if hook.is_before_users() => {
            weight == Some(Weight::NONE) && ready(&plan.to.version) > 0
        }
        Event::HookBegan { .. } => weight == Some(Weight::ALL),
        Event::HookEnded { .. }
        | Event::Hindered { .. }
        | Event::Passed { .. }
        | Event::Waits { .. }
        | Event::Commanded { .. }
        | Event::TurnedBack { .. } => true,
    };
    if !true_ {
        return Err(format!("run {}: the record says {:?}, seen was {look:?}", said.run.short(), said.event));
    }
    match &said.now {
        Phase::Soaking { .. } | Phase::Observing { .. } => town.current = Some(plan.to.version.clone()),
        Phase::Clearing { .. } if !plan.repairs => town.current = old.map(str::to_owned),
        _ => {}
    }
    Ok(())
}

fn begins_from_what_runs(town: &Town, plan: &RolloutPlan) -> bool {
    let from = plan.from.as_ref().map(|from| &from.version);
    from == town.current.as_ref() || town.current.as_ref() == Some(&plan.to.version) && from.is_none()
}
