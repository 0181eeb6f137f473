//! `retry`: start a paused or doubtful act again, or a waiting retry now.

use callsheet_plan::StepIndex;

use super::{CommandRefused, Order};
use crate::{Event, Phase, Settlement, StepState};

pub(super) fn handle(order: &Order, step: StepIndex) -> Result<Vec<Event>, CommandRefused> {
    let (_, state) = order.open(step, "retry")?;
    let claim = match state {
        StepState::Paused { claim, .. } | StepState::Doubt { claim, .. } | StepState::Retrying { claim, .. } => *claim,
        _ => return Err(order.not_asked("retry", step)),
    };
    if matches!(order.run.phase(), Phase::Stopping { .. }) {
        return Err(CommandRefused::Already("ending"));
    }
    Ok(vec![Event::Settled { claim, how: Settlement::Retry, actor: order.actor.clone(), note: order.note() }])
}
