//! `skip`: leave a step, or the rest of it, out.

use callsheet_plan::StepIndex;

use super::{CommandRefused, Order};
use crate::{Event, Settlement, SkipReason, StepState};

pub(super) fn handle(order: &Order, step: StepIndex) -> Result<Vec<Event>, CommandRefused> {
    let (planned, state) = order.open(step, "skip")?;
    let (actor, note) = (order.actor.clone(), order.note());
    match state {
        StepState::Paused { claim, .. } | StepState::Doubt { claim, .. } => {
            Ok(vec![Event::Settled { claim: *claim, how: Settlement::Skip, actor, note }])
        }
        StepState::Running { .. } | StepState::Failing { .. } => {
            Err(CommandRefused::Busy { step: planned.id.clone(), state: state.word() })
        }
        _ => Ok(vec![Event::Skipped { step, why: SkipReason::Person { actor, note } }]),
    }
}
