//! `choose`: one of several ways, or one of a step's options.

use callsheet_plan::{Gate, StepIndex};

use super::{CommandRefused, Order};
use crate::{Asking, Event, StepState};

pub(super) fn handle(order: &Order, step: StepIndex, label: &str) -> Result<Vec<Event>, CommandRefused> {
    let (planned, state) = order.open(step, "choose for")?;
    let labels = match state {
        StepState::Asked { asking: Asking::Gate(gate), .. } => match &planned.gates[*gate as usize] {
            Gate::Alternative { labels, .. } | Gate::Option { labels } => labels,
            _ => return Err(order.not_asked("choose for", step)),
        },
        _ => return Err(order.not_asked("choose for", step)),
    };
    let Some(label) = labels.iter().find(|known| known.eq_ignore_ascii_case(label)) else {
        let (step, labels) = (planned.id.clone(), labels.clone());
        return Err(CommandRefused::NoSuchOption { step, label: label.to_owned(), labels });
    };
    Ok(vec![Event::Chosen { step, label: label.clone(), actor: order.actor.clone(), note: order.note() }])
}
