//! What must be true of every story once it is over.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use callsheet_base::RunId;
use callsheet_engine::{Claim, Command, Event, Exit, Run, RunResult};
use callsheet_journal::{Head, Journal, prove_chain};
use callsheet_node::replay;
use callsheet_plan::{Action, StepIndex};
use callsheet_rollout as rollout;
use callsheet_testkit::{MemoryJournal, MemoryLeases};

use crate::keepers::{Keepers, Said};
use crate::people::{Acknowledged, Words};
use crate::procedure::repeats;
use crate::process::Machine;
use crate::world::Outer;

/// What the journal says of a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Recorded {
    intended: bool,
    ended: Option<Exit>,
    withdrawn: bool,
    doubted: bool,
}

pub(crate) fn check(machine: &Machine, outer: &Outer, acknowledged: &Acknowledged) -> Result<(), String> {
    let journal = &machine.store;
    let acknowledged = acknowledged.lock().unwrap_or_else(PoisonError::into_inner);
    let none = Keepers::default();
    for (id, replica) in &outer.audit.replicas {
        let run = &replica.run;
        let keepers = outer.keepers.get(id).unwrap_or(&none);
        let events = events(journal, *id);
        let checked = chain_holds(journal, run)
            .and_then(|()| same_after_replay(journal, run))
            .and_then(|()| everything_is_freed(journal, &machine.leases, run))
            .and_then(|()| every_act_is_accounted_for(run, keepers, &events))
            .and_then(|()| nothing_finished_ran_again(run, keepers, &events))
            .and_then(|()| messages_went_out(run, outer, &events))
            .and_then(|()| nothing_acknowledged_is_lost(*id, &events, &acknowledged));
        checked.map_err(|what| format!("run {}: {what}", id.short()))?;
    }
    Ok(())
}

fn events(journal: &MemoryJournal, run: RunId) -> Vec<Event> {
    let records = journal.read(run, 0, usize::MAX).unwrap_or_default();
    records.iter().filter_map(|record| Event::from_json(&record.body).ok()).collect()
}

fn chain_holds(journal: &MemoryJournal, run: &Run) -> Result<(), String> {
    let records = journal.read(run.id(), 0, usize::MAX).map_err(|error| error.to_string())?;
    let head = prove_chain(Head::start(run.id()), &records).map_err(|fault| fault.to_string())?;
    let stored = journal.head(run.id()).map_err(|error| error.to_string())?;
    if head == stored { Ok(()) } else { Err(format!("the chain leads to {head:?}, not {stored:?}")) }
}

fn same_after_replay(journal: &MemoryJournal, run: &Run) -> Result<(), String> {
    match replay(journal, run.id(), |_, _, _| {}) {
        Ok(Some(replayed)) if replayed.run == *run => Ok(()),
        Ok(Some(replayed)) => Err(format!("replay gives another run:\n{:?}\n{run:?}", replayed.run)),
        other => Err(format!("the run cannot be replayed: {:?}", other.err())),
    }
}

fn everything_is_freed(journal: &MemoryJournal, leases: &MemoryLeases, run: &Run) -> Result<(), String> {
    let locks = journal.locks().map_err(|error| error.to_string())?;
    if locks.iter().any(|lock| lock.run == run.id()) {
        return Err(format!("it is over, but holds {locks:?}"));
    }
    if let Some(holder) = leases.holder_of(run.id()) {
        return Err(format!("it is over, but its lease is held by {holder:?}"));
    }
    let summaries = journal.runs(false, usize::MAX).map_err(|error| error.to_string())?;
    let summary = summaries.into_iter().find(|summary| summary.run == run.id());
    match summary {
        Some(summary) if summary.ended && summary.phase == run.phase_word() => Ok(()),
        other => Err(format!("the run is {}, but its summary tells {other:?}", run.phase_word())),
    }
}

fn recorded(events: &[Event]) -> BTreeMap<Claim, Recorded> {
    let mut all: BTreeMap<Claim, Recorded> = BTreeMap::new();
    for event in events {
        match event {
            Event::Intended { claim } => all.entry(*claim).or_default().intended = true,
            Event::Ended { claim, outcome } => all.entry(*claim).or_default().ended = Some(outcome.exit.clone()),
            Event::Withdrawn { claim, .. } => all.entry(*claim).or_default().withdrawn = true,
            Event::DoubtFound { claim, .. } => all.entry(*claim).or_default().doubted = true,
            _ => {}
        }
    }
    all
}

fn is_shell(run: &Run, claim: Claim) -> bool {
    run.plan().act(claim.step, claim.act).is_some_and(|act| matches!(act.act.action, Action::Shell { .. }))
}

/// Each attempt is exactly one of: not started, ended as the world saw it, in doubt because nobody saw it.
fn every_act_is_accounted_for(run: &Run, keepers: &Keepers, events: &[Event]) -> Result<(), String> {
    let recorded = recorded(events);
    for claim in &keepers.executed {
        if !recorded.get(claim).is_some_and(|recorded| recorded.intended) {
            return Err(format!("act {claim} ran without an intent on record"));
        }
    }
    let given_up = run.result() == Some(RunResult::Abandoned);
    for (claim, recorded) in recorded.iter().filter(|(claim, _)| is_shell(run, **claim)) {
        let said = keepers.claims.get(claim);
        let executed = keepers.executed.contains(claim);
        let right = match recorded {
            Recorded { withdrawn: true, ended: None, doubted: false, .. } => !executed,
            Recorded { withdrawn: false, ended: Some(exit), doubted: false, .. } => {
                said == Some(&Said::Ended(exit.clone()))
            }
            Recorded { withdrawn: false, ended: None, doubted: true, .. } => said == Some(&Said::Gone),
            Recorded { withdrawn: false, ended: None, doubted: false, .. } => given_up,
            _ => false,
        };
        if !right {
            return Err(format!("act {claim} is recorded as {recorded:?}, but in the world it is {said:?}"));
        }
    }
    Ok(())
}

/// At which moment of its rollout each attempt was made; 0 for the run's own.
fn moments(run: &Run, events: &[Event]) -> BTreeMap<Claim, usize> {
    let mut began = 0;
    let mut moments = BTreeMap::new();
    for event in events {
        match event {
            Event::Rollout { event, .. } if matches!(**event, rollout::Event::HookBegan { .. }) => began += 1,
            Event::Intended { claim } => {
                let moment = run.plan().hook_of(claim.step).map_or(0, |_| began);
                moments.insert(*claim, moment);
            }
            _ => {}
        }
    }
    moments
}

/// No act starts again once an attempt of it ended well, but at another moment of a rollout; only in doubt may it be repeated, by a person or because it does no harm.
fn nothing_finished_ran_again(run: &Run, keepers: &Keepers, events: &[Event]) -> Result<(), String> {
    let moments = moments(run, events);
    let mut finished: BTreeMap<(StepIndex, u16, usize), Claim> = BTreeMap::new();
    for claim in &keepers.executed {
        let act = (claim.step, claim.act, moments.get(claim).copied().unwrap_or_default());
        if let Some(before) = finished.get(&act) {
            return Err(format!("act {before} ended well, yet {claim} ran"));
        }
        if keepers.claims.get(claim) == Some(&Said::Ended(Exit::Status(0))) {
            finished.insert(act, *claim);
        }
    }
    let by_itself = events.iter().filter_map(|event| match event {
        Event::Settled { claim, actor, .. } if *actor == callsheet_access::Actor::system() => Some(*claim),
        _ => None,
    });
    for claim in by_itself {
        if !repeats(run.plan(), claim.step) {
            return Err(format!("act {claim} was in doubt and nobody was asked"));
        }
    }
    Ok(())
}

/// A message that is recorded as sent was sent.
fn messages_went_out(run: &Run, outer: &Outer, events: &[Event]) -> Result<(), String> {
    for event in events {
        if let Event::Ended { claim, outcome } = event
            && outcome.exit == Exit::Sent
        {
            let key = format!("{}/{}.{}", run.id(), claim.step.0, claim.act);
            if !outer.messages.contains_key(&key) {
                return Err(format!("message {key} is recorded as sent, but nobody got it"));
            }
        }
    }
    Ok(())
}

fn nothing_acknowledged_is_lost(run: RunId, events: &[Event], acknowledged: &[Words]) -> Result<(), String> {
    for Words { command, actor, .. } in acknowledged.iter().filter(|words| words.run == run) {
        let kept = events.iter().any(|event| match (command, event) {
            (Command::Approve(step), Event::Approved { step: of, actor: by, .. })
            | (Command::Confirm(step), Event::Confirmed { step: of, actor: by, .. }) => step == of && by == actor,
            (Command::Cancel { .. }, Event::CancelAsked { actor: by, .. })
            | (Command::Hold, Event::Held { actor: by, .. })
            | (Command::Go, Event::Released { actor: by, .. }) => by == actor,
            (Command::Approve(_) | Command::Confirm(_) | Command::Cancel { .. } | Command::Hold | Command::Go, _) => {
                false
            }
            _ => true,
        });
        if !kept {
            return Err(format!("{} was told that {command:?} is done, but it is not on record", actor.name));
        }
    }
    Ok(())
}
