//! `rollback`: turn back from a step that waits, to the rollback it names, the only one of the plan, or the finished steps' undoing.

use callsheet_plan::{OnFailure, PlannedRollback};

use super::{CommandRefused, Order};
use crate::{Cause, Event, Phase, Settlement, StepState};

pub(super) fn handle(order: &Order, to: Option<&str>) -> Result<Vec<Event>, CommandRefused> {
    let run = order.run;
    if matches!(run.phase(), Phase::Target { .. } | Phase::Stopping { .. }) {
        return Err(CommandRefused::NothingToRollBack);
    }
    let turned_back: Vec<Event> = super::rollout::turn_back(order);
    // A deploy under way ends by being turned back, and the run goes on from there as its plan says.
    if order.run.open_steps().any(|(_, state)| order.run.is_deploying(state)) {
        return if turned_back.is_empty() { Err(CommandRefused::TurningBack) } else { Ok(turned_back) };
    }
    let to = match destination(order, to) {
        // The release's own way back is enough.
        Err(CommandRefused::NothingToRollBack) if !turned_back.is_empty() => None,
        found => found?,
    };
    let (actor, note) = (order.actor.clone(), order.note());
    let mut events = turned_back;
    // What rollouts have run ends with them.
    for (step, state) in run.open_steps().filter(|(step, _)| !run.is_in_lane(*step)) {
        match state {
            StepState::Running { .. } => {
                return Err(CommandRefused::Busy { step: run.plan().steps[step.at()].id.clone(), state: state.word() });
            }
            StepState::Paused { claim, .. } | StepState::Doubt { claim, .. } => {
                let (claim, actor, note) = (*claim, actor.clone(), note.clone());
                events.push(Event::Settled { claim, how: Settlement::Rollback, actor, note });
            }
            _ => {}
        }
    }
    events.push(Event::RollbackBegan { to, cause: Cause::Person(actor) });
    Ok(events)
}

fn destination(order: &Order, to: Option<&str>) -> Result<Option<String>, CommandRefused> {
    let plan = order.run.plan();
    let slug_of = |rollback: &PlannedRollback| rollback.slug.clone();
    if let Some(slug) = to {
        let known = || plan.rollbacks.iter().map(slug_of).collect();
        let found = plan.rollback(slug).map(slug_of);
        return found.map(Some).ok_or_else(|| CommandRefused::NoSuchRollback { slug: slug.to_owned(), known: known() });
    }
    let named = order.run.open_steps().find_map(|(step, _)| match &plan.steps[step.at()].on_failure {
        OnFailure::Rollback(slug) => Some(slug.clone()),
        _ => None,
    });
    let only = (plan.rollbacks.len() == 1).then(|| slug_of(&plan.rollbacks[0]));
    let in_it = matches!(order.run.phase(), Phase::Back { to, .. } if *to == only);
    match named.or(only.filter(|_| !in_it)) {
        None if !order.run.has_undo() => Err(CommandRefused::NothingToRollBack),
        found => Ok(found),
    }
}
