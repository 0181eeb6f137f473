//! Whether a verdict on record follows from what is recorded as counted.

use callsheet_engine::Event;
use callsheet_node::read_slices;
use callsheet_rollout::analysis::{Evidence, Judge, Verdict};
use callsheet_rollout::{Event as RolloutEvent, Reason};
use callsheet_testkit::MemoryJournal;

/// Judges the recorded slices of each rollout again; what was said must come out.
pub(super) fn follows(journal: &MemoryJournal, events: &[Event]) -> Result<(), String> {
    let mut judges = std::collections::BTreeMap::new();
    for event in events {
        match event {
            Event::Rollout { claim, event } => match &**event {
                RolloutEvent::Began(plan) => {
                    judges.insert(*claim, Judge::new(plan.judging.clone()));
                }
                said => {
                    let judge = judges.get(claim).ok_or("a rollout that never began")?;
                    agrees(judge, said)?;
                }
            },
            Event::Measured { claim, slices, count } => {
                let judge = judges.get_mut(claim).ok_or("slices of a rollout that never began")?;
                let slices = read_slices(journal, &[*slices]);
                if slices.len() != *count as usize {
                    return Err(format!("{count} slices are on record, {} are there", slices.len()));
                }
                slices.iter().for_each(|slice| judge.observe(slice));
            }
            _ => {}
        }
    }
    Ok(())
}

fn agrees(judge: &Judge, said: &RolloutEvent) -> Result<(), String> {
    let evidence = match said {
        RolloutEvent::Passed { evidence, .. }
        | RolloutEvent::Waits { evidence, .. }
        | RolloutEvent::TurnedBack { evidence, .. } => evidence,
        _ => return Ok(()),
    };
    let judged: Evidence = judge.evidence();
    if evidence.is_some_and(|evidence| !same(&evidence, &judged)) {
        return Err(format!("the record gives {evidence:?}, its own slices {judged:?}"));
    }
    match said {
        RolloutEvent::TurnedBack { reason: Reason::Verdict(question), .. }
            if judge.verdict() != Verdict::Fail(*question) =>
        {
            Err(format!("turned back for {question:?}, but the slices give {:?}", judge.verdict()))
        }
        _ => Ok(()),
    }
}

/// But for the last digits, which a number may lose on its way through JSON.
fn same(one: &Evidence, other: &Evidence) -> bool {
    let numbers = |of: &Evidence| {
        let interval = of.error_interval;
        [
            of.error_rate,
            interval.low,
            interval.high,
            of.stable_error_rate,
            of.suspicion,
            of.smallest_seen.unwrap_or(-1.0),
        ]
    };
    let close = |(one, other): (f64, f64)| (one - other).abs() < 1e-9;
    (one.verdict, one.slices, one.requests, one.stable_requests)
        == (other.verdict, other.slices, other.requests, other.stable_requests)
        && numbers(one).into_iter().zip(numbers(other)).all(close)
}
