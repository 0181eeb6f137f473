//! `cancel`: running acts are ended, nothing new begins; on wish, finished steps are undone first.

use super::{CommandRefused, Order};
use crate::{Effect, Event, Phase, StepState};

pub(super) fn handle(order: &Order, undo: bool, perform: &mut Vec<Effect>) -> Result<Vec<Event>, CommandRefused> {
    if matches!(order.run.phase(), Phase::Stopping { .. }) {
        return Err(CommandRefused::Already("ending"));
    }
    for (_, state) in order.run.open_steps() {
        if let StepState::Running { claim, .. } = state {
            perform.push(Effect::Cancel(*claim));
        }
    }
    Ok(vec![Event::CancelAsked { undo, actor: order.actor.clone(), note: order.note() }])
}
