//! `confirm`: yes to a danger, a plain confirmation, an optional step, one's own act, or a judgement.

use callsheet_plan::{Action, Gate, StepIndex};

use super::{CommandRefused, Order};
use crate::{Asking, Event, StepState};

pub(super) fn handle(order: &Order, step: StepIndex) -> Result<Vec<Event>, CommandRefused> {
    let (planned, state) = order.open(step, "confirm")?;
    let StepState::Asked { asking, .. } = state else {
        return Err(order.not_asked("confirm", step));
    };
    let confirmable = match asking {
        Asking::Gate(gate) => {
            matches!(planned.gates[*gate as usize], Gate::Danger { .. } | Gate::Confirm { .. } | Gate::Optional { .. })
        }
        Asking::Act(act) => matches!(planned.acts[*act as usize].action, Action::Person { .. }),
        Asking::Judge(_) => true,
        Asking::Settle(_) => false,
    };
    if !confirmable {
        return Err(order.not_asked("confirm", step));
    }
    Ok(vec![Event::Confirmed { step, actor: order.actor.clone(), note: order.note() }])
}
