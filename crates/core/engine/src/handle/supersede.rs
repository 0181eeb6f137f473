//! `supersede`: a newer run takes the service from one that only observes.

use callsheet_base::RunId;

use super::{CommandRefused, Order};
use crate::{Event, Phase};

pub(super) fn handle(order: &Order, by: RunId) -> Result<Vec<Event>, CommandRefused> {
    let run = order.run;
    if !run.is_observing() || *run.phase() != Phase::Forward {
        return Err(CommandRefused::NotObserving { phase: run.phase_word() });
    }
    if let Some((step, state)) = run.open_steps().find(|(_, state)| matches!(state.word(), "running" | "in-doubt")) {
        return Err(CommandRefused::Busy { step: run.plan().steps[step.at()].id.clone(), state: state.word() });
    }
    if !run.may_give_way() {
        return Err(CommandRefused::TurningBack);
    }
    Ok(vec![Event::Superseded { by }])
}
