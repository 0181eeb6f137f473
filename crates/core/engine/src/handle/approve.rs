//! `approve`: one approval, by somebody who may give it.

use callsheet_plan::{Action, Gate, StepIndex};

use super::{CommandRefused, Order};
use crate::{Asking, Event, StepState};

pub(super) fn handle(order: &Order, step: StepIndex) -> Result<Vec<Event>, CommandRefused> {
    let (planned, state) = order.open(step, "approve")?;
    let StepState::Asked { asking, approved, expires, .. } = state else {
        return Err(order.not_asked("approve", step));
    };
    let rule = match asking {
        Asking::Gate(gate) => match &planned.gates[*gate as usize] {
            Gate::Approval { rule } => rule,
            _ => return Err(order.not_asked("approve", step)),
        },
        Asking::Act(act) => match &planned.acts[*act as usize].action {
            Action::Approve { rule, .. } => rule,
            _ => return Err(order.not_asked("approve", step)),
        },
        Asking::Judge(_) | Asking::Settle(_) => return Err(order.not_asked("approve", step)),
    };
    if let Some(at) = expires.filter(|due| *due <= order.now) {
        return Err(CommandRefused::Lapsed { step: planned.id.clone(), at });
    }
    rule.admits(order.actor, &order.run.created().actor, approved, order.people)?;
    Ok(vec![Event::Approved { step, actor: order.actor.clone(), note: order.note() }])
}
