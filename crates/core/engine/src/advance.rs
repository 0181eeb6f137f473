//! The caller's three doors: go on, take in what happened, take a command. Each applies its events and hands back one commit.

use callsheet_access::{Actor, People};
use callsheet_base::Timestamp;

use crate::hooks::turns_back;
use crate::{Command, CommandRefused, Decision, Effect, Event, IllegalEvent, Run, decide, handle};

/// Goes on as far as the run can by itself. The events handed back are applied already and must be committed, with `now` as their
/// time, before their effects are performed. If the commit fails, drop the run and replay.
pub fn advance(run: &mut Run, now: Timestamp) -> Result<Decision, IllegalEvent> {
    let mut all = Decision::default();
    loop {
        let round = decide(run, now);
        if round.is_empty() {
            return Ok(all);
        }
        for event in &round.record {
            run.apply(event, now)?;
        }
        let given_up = given_up(run, &round.record);
        if all.is_empty() {
            all = round;
        } else {
            all.record.extend(round.record);
            all.perform.extend(round.perform);
        }
        all.perform.extend(given_up);
    }
}

/// Takes in what happened in the world (an outcome, a guard's answer, an adoption) and goes on: outcome and next intent share one commit.
pub fn report(run: &mut Run, event: Event, now: Timestamp) -> Result<Decision, IllegalEvent> {
    run.apply(&event, now)?;
    let given_up = given_up(run, std::slice::from_ref(&event));
    let mut decision = advance(run, now)?;
    decision.perform.splice(0..0, given_up);
    // Whoever looks after a rollout is told where it stands now, also when the step was its own.
    if let Event::Rollout { claim, .. } = &event {
        decision.perform.insert(0, Effect::Conduct(*claim));
    }
    decision.record.insert(0, event);
    Ok(decision)
}

/// Takes a person's command and goes on. A refusal changes nothing.
pub fn submit(
    run: &mut Run,
    command: &Command,
    actor: &Actor,
    note: &str,
    people: &People,
    now: Timestamp,
) -> Result<Decision, CommandRefused> {
    let mut decision = handle(run, command, actor, note, people, now)?;
    for event in &decision.record {
        run.apply(event, now)?;
    }
    decision.perform.extend(given_up(run, &decision.record));
    let next = advance(run, now)?;
    decision.record.extend(next.record);
    decision.perform.extend(next.perform);
    Ok(decision)
}

/// Acts to be ended because these events turned their rollout back.
fn given_up(run: &Run, events: &[Event]) -> Vec<Effect> {
    if events.iter().any(turns_back) { run.given_up().collect() } else { Vec::new() }
}
