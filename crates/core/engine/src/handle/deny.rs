//! `deny`: no to what is asked. A refused approval, danger or choice ends the run; a person's own act that did not work, or a
//! judgement that does not hold, fails the step; an optional step is left out.

use callsheet_plan::{Action, Gate, StepIndex};

use super::{CommandRefused, Order};
use crate::{Asking, Event, SkipReason, StepState};

pub(super) fn handle(order: &Order, step: StepIndex) -> Result<Vec<Event>, CommandRefused> {
    let (planned, state) = order.open(step, "deny")?;
    let StepState::Asked { asking, .. } = state else {
        return Err(order.not_asked("deny", step));
    };
    let (actor, note) = (order.actor.clone(), order.note());
    let denied = match asking {
        Asking::Gate(gate) => match &planned.gates[*gate as usize] {
            Gate::Optional { .. } => Event::Skipped { step, why: SkipReason::Person { actor, note } },
            Gate::Approval { rule } => {
                may_deny(order, rule)?;
                Event::Denied { step, actor, note }
            }
            _ => Event::Denied { step, actor, note },
        },
        Asking::Act(act) => match &planned.acts[*act as usize].action {
            Action::Approve { rule, .. } => {
                may_deny(order, rule)?;
                Event::Denied { step, actor, note }
            }
            _ => Event::Disproved { step, actor, note },
        },
        Asking::Judge(_) => Event::Disproved { step, actor, note },
        Asking::Settle(_) => return Err(order.not_asked("deny", step)),
    };
    Ok(vec![denied])
}

/// Whoever may approve may deny, and so may the requester: taking one's own request back needs no authority.
fn may_deny(order: &Order, rule: &callsheet_access::ApprovalRule) -> Result<(), CommandRefused> {
    let requester = &order.run.created().actor;
    if order.actor != requester {
        rule.admits(order.actor, requester, &[], order.people)?;
    }
    Ok(())
}
