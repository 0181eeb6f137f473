//! What must be true of the town once every run is over: one release, whole, and nothing else.

use callsheet_engine::{Event, Exit, Run, RunResult};
use callsheet_journal::Journal;
use callsheet_releases::Store;
use callsheet_rollout::{Ending, Event as RolloutEvent, Phase, Pool, Reason};
use callsheet_testkit::MemoryJournal;
use callsheet_traffic::Weight;

use super::procedure::{ENVIRONMENT, SERVICE, Setting};
use super::{Town, evidence};
use crate::world::Outer;

pub(crate) fn check(journal: &MemoryJournal, outer: &Outer, setting: &Setting) -> Result<(), String> {
    let town = &outer.town;
    let Some(folder) = &town.folder else { return Ok(()) };
    for replica in outer.audit.replicas.values() {
        let run = &replica.run;
        let checked = history(journal, run);
        checked.map_err(|what| format!("run {}: {what}", run.id().short()))?;
    }
    // Whoever took the service over ends what the run before left, when it brings something out; one that does not leaves it warm.
    if !outer.audit.left {
        one_release_is_there(town, setting)?;
        all_traffic_is_on_it(town, setting)?;
    }
    let books =
        Store::new(&super::tending::state(folder)).running(SERVICE, ENVIRONMENT).map_err(|error| error.to_string())?;
    let written = books.current().map(|release| release.version.clone());
    if written != town.current {
        return Err(format!("{:?} runs, the books say {written:?}", town.current));
    }
    // The first release ever has nothing behind it: turned back, it leaves nobody who serves.
    let left_alone = outer.audit.replicas.values().flat_map(|replica| replica.run.rollouts()).any(|(_, one)| {
        one.rollout.plan().from.is_none() && matches!(one.rollout.phase(), Phase::Ended(Ending::RolledBack(_)))
    });
    if town.steady && !left_alone && town.counts.lost > 0 {
        return Err(format!("nothing failed but the control plane, yet {} requests were lost", town.counts.lost));
    }
    Ok(())
}

/// No instance of anything else, and all of it but those that ended with their supervisor when nobody looked after them any more.
fn one_release_is_there(town: &Town, setting: &Setting) -> Result<(), String> {
    let strays: Vec<&str> = town.instances.values().map(|one| one.seen.release.version.as_str()).collect();
    if let Some(stray) = strays.iter().find(|version| Some(**version) != town.current.as_deref()) {
        return Err(format!("an instance of {stray} is left, {:?} runs", town.current));
    }
    let Some(current) = &town.current else { return Ok(()) };
    let (alive, gone) = (town.alive(current), town.vanished.get(current).copied().unwrap_or(0));
    let all = usize::from(setting.instances);
    if alive > all || alive + gone < all {
        return Err(format!("{alive} of {all} instances of {current} run, {gone} are gone by themselves"));
    }
    Ok(())
}

fn all_traffic_is_on_it(town: &Town, setting: &Setting) -> Result<(), String> {
    let Some(routing) = &town.edge.routing else {
        return if town.current.is_none() { Ok(()) } else { Err("the edge knows nothing".to_owned()) };
    };
    let Some(current) = &town.current else { return Ok(()) };
    let Pool { version, members, .. } = &routing.stable;
    let alone = routing.canary.is_none() && routing.weight == Weight::NONE && !routing.held && routing.lease.is_none();
    let whole = members.len() == usize::from(setting.instances) || !town.vanished.is_empty() || town.counts.crashes > 0;
    let somebody = !members.is_empty() || town.alive(current) == 0;
    // The first release's run gave way while it only watched, to one that brought nothing out: nobody was there to settle the edge.
    let first = routing.canary.as_ref().filter(|pool| members.is_empty() && pool.version == *current);
    if first.is_some() && routing.weight == Weight::ALL && !routing.held && routing.lease.is_none() {
        return Ok(());
    }
    match version == current && alone && whole && somebody {
        true => Ok(()),
        false => Err(format!("{current} runs, but the edge is told {routing:?}")),
    }
}

/// The order of its events, and what its act says of it.
fn history(journal: &MemoryJournal, run: &Run) -> Result<(), String> {
    let records = journal.read(run.id(), 0, usize::MAX).map_err(|error| error.to_string())?;
    let events: Vec<Event> = records.iter().filter_map(|record| Event::from_json(&record.body).ok()).collect();
    evidence::follows(journal, &events)?;
    for (claim, one) in run.rollouts() {
        let own: Vec<&RolloutEvent> = events
            .iter()
            .filter_map(|event| match event {
                Event::Rollout { claim: of, event } if *of == claim => Some(&**event),
                _ => None,
            })
            .collect();
        let aborted = own.iter().position(|event| {
            matches!(event, RolloutEvent::Commanded { command: callsheet_rollout::Command::Abort, .. })
        });
        let after = aborted.map_or(&[][..], |at| &own[at + 1..]);
        // What ran meanwhile is ended, and its end told; what stands in the way is told too.
        let back = |event: &RolloutEvent| {
            use RolloutEvent::{Ended, Hindered, HookEnded, Restored};
            matches!(event, Restored {} | Ended {} | HookEnded { .. } | Hindered { .. })
        };
        let goes_on = |event: &&&RolloutEvent| !back(event);
        if let Some(event) = after.iter().find(goes_on) {
            return Err(format!("aborted, and then {event:?}"));
        }
        match one.rollout.phase() {
            Phase::Ended(Ending::Promoted) if aborted.is_some() => return Err("aborted, yet promoted".to_owned()),
            Phase::Ended(_) => {}
            // A newer run has taken the service over, or nobody looks after it by a person's word.
            _ if matches!(run.result(), Some(RunResult::Superseded | RunResult::Abandoned)) => {}
            phase => return Err(format!("it is over, but its rollout is {phase:?}")),
        }
        let told = events.iter().find_map(|event| match event {
            Event::Ended { claim: of, outcome } if *of == claim => Some(&outcome.exit),
            _ => None,
        });
        let came_back = matches!(one.rollout.phase(), Phase::Ended(Ending::RolledBack(_)));
        match told {
            Some(Exit::TurnedBack(_)) if !came_back => return Err("its act says that it was turned back".to_owned()),
            _ => {}
        }
    }
    Ok(())
}

/// What rollouts came to: begun, promoted, turned back by the judge, turned back otherwise.
pub(crate) fn endings<'r>(runs: impl Iterator<Item = &'r Run>) -> [u64; 4] {
    let mut counts = [0; 4];
    for (_, one) in runs.flat_map(Run::rollouts) {
        counts[0] += 1;
        match one.rollout.phase() {
            Phase::Ended(Ending::RolledBack(Reason::Verdict(_))) => counts[2] += 1,
            Phase::Ended(Ending::RolledBack(_)) => counts[3] += 1,
            _ => counts[1] += 1,
        }
    }
    counts
}
