//! `rollout`: pause, resume, promote, abort, or a share by hand, for a rollout that the run brings out.

use callsheet_rollout as rollout;

use super::{CommandRefused, Order};
use crate::{Claim, Event, RunRollout};

pub(super) fn handle(
    order: &Order,
    service: Option<&str>,
    command: &rollout::Command,
) -> Result<Vec<Event>, CommandRefused> {
    let open: Vec<(Claim, &RunRollout)> = order.run.open_rollouts().collect();
    let named = |one: &&(Claim, &RunRollout)| service.is_none_or(|service| one.1.rollout.plan().service == service);
    let mut wanted = open.iter().filter(named);
    let (Some((claim, found)), None) = (wanted.next(), wanted.next()) else {
        let services = open.iter().map(|(_, one)| one.rollout.plan().service.clone()).collect();
        return Err(CommandRefused::WhichRollout { services });
    };
    found.rollout.check(command)?;
    Ok(vec![commanded(order, *claim, command.clone())])
}

/// Everything that can still be turned back, turned back.
pub(super) fn turn_back(order: &Order) -> Vec<Event> {
    let possible = order.run.open_rollouts().filter(|(_, one)| one.rollout.check(&rollout::Command::Abort).is_ok());
    possible.map(|(claim, _)| commanded(order, claim, rollout::Command::Abort)).collect()
}

fn commanded(order: &Order, claim: Claim, command: rollout::Command) -> Event {
    let by = match order.note.trim() {
        "" => order.actor.name.clone(),
        note => format!("{}: {note}", order.actor.name),
    };
    Event::Rollout { claim, event: Box::new(rollout::Event::Commanded { command, by }) }
}
