//! `hold` and `go`: start nothing new; go on.

use super::{CommandRefused, Order};
use crate::Event;

pub(super) fn hold(order: &Order) -> Result<Vec<Event>, CommandRefused> {
    if order.run.is_held() {
        return Err(CommandRefused::Already("held"));
    }
    Ok(vec![Event::Held { actor: order.actor.clone(), note: order.note() }])
}

pub(super) fn go(order: &Order) -> Result<Vec<Event>, CommandRefused> {
    if !order.run.is_held() {
        return Err(CommandRefused::NotHeld);
    }
    Ok(vec![Event::Released { actor: order.actor.clone(), note: order.note() }])
}
