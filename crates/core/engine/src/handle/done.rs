//! `done`: a person knows that a paused or doubtful act was done.

use callsheet_plan::StepIndex;

use super::{CommandRefused, Order};
use crate::{Event, Settlement, StepState};

pub(super) fn handle(order: &Order, step: StepIndex) -> Result<Vec<Event>, CommandRefused> {
    let (_, state) = order.open(step, "mark as done")?;
    match state {
        StepState::Paused { claim, .. } | StepState::Doubt { claim, .. } => {
            let (actor, note) = (order.actor.clone(), order.note());
            Ok(vec![Event::Settled { claim: *claim, how: Settlement::Done, actor, note }])
        }
        _ => Err(order.not_asked("mark as done", step)),
    }
}
