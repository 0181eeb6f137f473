//! Scripted people: they answer what they are asked, mostly, and interfere now and then.

use std::sync::{Arc, Mutex, PoisonError};

use callsheet_access::Actor;
use callsheet_base::RunId;
use callsheet_engine::{Command, Run, Waiting, WaitingFor};
use callsheet_node::{Answer, Reply};
use callsheet_testkit::person;
use rand::Rng;
use rand::rngs::StdRng;

/// Commands that were acknowledged: what the journal must hold.
pub(crate) type Acknowledged = Arc<Mutex<Vec<Words>>>;

/// What somebody says to a run.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub(crate) run: RunId,
    pub(crate) command: Command,
    pub(crate) actor: Actor,
}

/// What somebody says now, if anybody says something: once in `odds` what nobody asked for.
pub(crate) fn say(run: &Run, dice: &mut StdRng, calm: bool, odds: u32) -> Option<Words> {
    let waiting = run.waiting();
    let command = if !calm && dice.random_ratio(1, odds) {
        interference(run, dice)
    } else if run.is_held() {
        (calm || dice.random_ratio(1, 3)).then_some(Command::Go)?
    } else {
        if waiting.is_empty() || !(calm || dice.random_ratio(1, 2)) {
            return None;
        }
        let asked = &waiting[dice.random_range(0..waiting.len())];
        answer(asked, dice, calm)
    };
    let actor = person(["ada", "bo", "operator"][dice.random_range(0..3)]);
    Some(Words { run: run.id(), command, actor })
}

/// Remembers the words if they are acknowledged.
pub(crate) fn remember(words: &Words, acknowledged: Acknowledged) -> Reply {
    let said = words.clone();
    Box::new(move |answer| {
        if answer == Answer::Done {
            acknowledged.lock().unwrap_or_else(PoisonError::into_inner).push(said);
        }
    })
}

fn answer(asked: &Waiting, dice: &mut StdRng, calm: bool) -> Command {
    let step = asked.step;
    let unkind = !calm && dice.random_ratio(1, 8);
    match &asked.wanted {
        WaitingFor::Approval { .. } if unkind => Command::Deny(step),
        WaitingFor::Approval { .. } => Command::Approve(step),
        WaitingFor::Choice { labels } => Command::Choose { step, label: labels[0].clone() },
        WaitingFor::Settle { .. } => match dice.random_range(0..5) {
            0 => Command::Skip(step),
            1 => Command::Done(step),
            2 if !calm => Command::Rollback { to: None },
            3 if calm => Command::Skip(step),
            _ => Command::Retry(step),
        },
        WaitingFor::Act { .. } | WaitingFor::DoOrSkip { .. } if unkind => Command::Skip(step),
        _ if unkind => Command::Deny(step),
        _ => Command::Confirm(step),
    }
}

fn interference(run: &Run, dice: &mut StdRng) -> Command {
    let step = callsheet_plan::StepIndex(dice.random_range(0..run.plan().steps.len() as u32));
    match dice.random_range(0..9) {
        0 => Command::Cancel { undo: false },
        1 => Command::Cancel { undo: true },
        2 | 3 => Command::Hold,
        4 => Command::Skip(step),
        5 => Command::Retry(step),
        6 => Command::Rollback { to: None },
        7 => Command::Approve(step),
        _ => Command::Confirm(step),
    }
}
