//! What comes next: one round of events and their effects, from the run's state and the time alone.

use callsheet_access::Actor;
use callsheet_base::{Digest, Duration, Timestamp};
use callsheet_plan::{Action, Gate, InDoubt, PlannedStep, Retry, StepIndex};

use crate::progress::{Ending, GateWants};
use crate::{Asking, Claim, Decision, Effect, Event, Phase, Run, Settlement, SkipReason, StepState, TimerFor};

/// How often an act in doubt starts again by itself before a person is asked after all.
const DOUBTS_BEFORE_A_PERSON: u32 = 3;

/// One round. Empty when there is nothing to do until the next event or the next timer. [`crate::advance`] applies rounds until then.
pub fn decide(run: &Run, now: Timestamp) -> Decision {
    let mut decision = Decision::default();
    match run.phase() {
        Phase::Ended { .. } | Phase::Target { asked: true } => {}
        Phase::Target { asked: false } => decision.say(Event::TargetAsked {}),
        Phase::Stopping { .. } | Phase::Forward | Phase::Back { .. } if let Some(event) = run.next_of_rollouts(now) => {
            decision.say(event);
        }
        Phase::Stopping { .. } | Phase::Forward | Phase::Back { .. } => match run.ending() {
            Some(Ending::Finish(result)) => decision.say(Event::Finished { result }),
            Some(Ending::Rollback { to, cause }) => decision.say(Event::RollbackBegan { to, cause }),
            None if begins_to_observe(run) => decision.say(Event::Observing {}),
            None if run.waits_for_way_back() => {}
            None => {
                let own = run.open_steps().filter(|(step, _)| !run.is_in_lane(*step));
                own.filter_map(|(step, state)| after(run, step, state, now)).for_each(|e| decision.say(e))
            }
        },
    }
    decision
}

impl Decision {
    fn say(&mut self, event: Event) {
        effects_of(&event, &mut self.perform);
        self.record.push(event);
    }
}

/// The effects that belong to an event.
pub(crate) fn effects_of(event: &Event, effects: &mut Vec<Effect>) {
    match event {
        Event::TargetAsked {} => effects.push(Effect::VerifyTarget),
        Event::Intended { claim } => effects.push(Effect::Perform(*claim)),
        Event::TimerSet { due, .. } => effects.push(Effect::ArmTimer(*due)),
        Event::Asked { step, expires, .. } => {
            effects.push(Effect::NotifyWaiting(*step));
            effects.extend(expires.map(Effect::ArmTimer));
        }
        Event::Rollout { claim, .. } => effects.push(Effect::Conduct(*claim)),
        Event::Observing {} => effects.push(Effect::MoveToObserving),
        Event::Finished { result } => effects.push(Effect::Finish(*result)),
        Event::Superseded { .. } => effects.push(Effect::Finish(crate::RunResult::Superseded)),
        Event::Abandoned { .. } => effects.push(Effect::Finish(crate::RunResult::Abandoned)),
        _ => {}
    }
}

fn begins_to_observe(run: &Run) -> bool {
    let own = |step: StepIndex| step.0 < run.plan.main;
    let reached = |from: StepIndex| run.open_steps().any(|(step, _)| own(step) && step >= from);
    let only_rollouts = run.is_through() && run.has_open_rollout() && run.came_back().is_none();
    let watches = run.plan.observes_from.is_some_and(reached) || only_rollouts;
    !run.observing && *run.phase() == Phase::Forward && watches
}

/// The next event of an open step, if the step can go on by itself.
pub(crate) fn after(run: &Run, step: StepIndex, state: &StepState, now: Timestamp) -> Option<Event> {
    // Nothing new begins on a release that is on its way back.
    let stopping = matches!(run.phase(), Phase::Stopping { .. }) || run.came_back().is_some();
    let planned = &run.plan.steps[step.at()];
    match state {
        StepState::Doubt { claim, told, .. } => after_doubt(planned, *claim, *told, stopping),
        _ if stopping => None,
        StepState::Gates { next } => after_gates(run, step, planned, *next, now),
        StepState::Ready { claim, .. } => after_ready(run, planned, *claim, now),
        StepState::Asked { expires: Some(due), .. } if *due <= now => Some(Event::Expired { step }),
        StepState::Waiting { due, .. } | StepState::Retrying { due, .. } if *due <= now => {
            Some(Event::TimerFired { step })
        }
        StepState::Failing { claim, failures, .. } => {
            let due = pause_before(run, planned.retry, *claim, *failures).after(now);
            Some(Event::TimerSet { step, timer: TimerFor::Retry(*claim), due })
        }
        StepState::Paused { claim, told: false, .. } => {
            Some(Event::Asked { step, asking: Asking::Settle(*claim), expires: None })
        }
        _ => None,
    }
}

fn after_gates(run: &Run, step: StepIndex, planned: &PlannedStep, next: u16, now: Timestamp) -> Option<Event> {
    let gate = &planned.gates[next as usize];
    match run.wants(gate) {
        GateWants::SkipByCondition => Some(Event::Skipped { step, why: SkipReason::Condition }),
        GateWants::SkipByAlternative => Some(Event::Skipped { step, why: SkipReason::Alternative }),
        GateWants::Person | GateWants::Nothing if run.held => None,
        GateWants::Person | GateWants::Nothing => {
            let expires = match gate {
                Gate::Approval { rule } => rule.expires.map(|within| within.after(now)),
                _ => None,
            };
            Some(Event::Asked { step, asking: Asking::Gate(next), expires })
        }
    }
}

fn after_ready(run: &Run, planned: &PlannedStep, claim: Claim, now: Timestamp) -> Option<Event> {
    if run.held {
        return None;
    }
    let Claim { step, act, .. } = claim;
    Some(match &planned.acts[act as usize].action {
        Action::Shell { .. } | Action::Notify { .. } | Action::Deploy(_) => Event::Intended { claim },
        Action::Person { .. } => Event::Asked { step, asking: Asking::Act(act), expires: None },
        Action::Approve { rule, .. } => {
            let expires = rule.expires.map(|within| within.after(now));
            Event::Asked { step, asking: Asking::Act(act), expires }
        }
        Action::Wait { least, from_run_start, .. } => {
            let from = if *from_run_start { run.started } else { now };
            Event::TimerSet { step, timer: TimerFor::Wait(act), due: least.after(from) }
        }
    })
}

pub(crate) fn after_doubt(planned: &PlannedStep, claim: Claim, told: bool, stopping: bool) -> Option<Event> {
    let by_itself = planned.in_doubt == InDoubt::Again;
    let settled = |how, note: &str| Event::Settled { claim, how, actor: Actor::system(), note: note.to_owned() };
    if by_itself && stopping {
        return Some(settled(Settlement::Skip, "the run is ending, and the act does no harm unfinished"));
    }
    if by_itself && claim.attempt <= planned.retry.again + DOUBTS_BEFORE_A_PERSON {
        return Some(settled(Settlement::Retry, "it may run again"));
    }
    (!told).then_some(Event::Asked { step: claim.step, asking: Asking::Settle(claim), expires: None })
}

/// The pause before an attempt: doubled for each failure, up to the longest, plus up to a quarter that run and claim alone determine.
fn pause_before(run: &Run, retry: Retry, claim: Claim, failures: u32) -> Duration {
    let doubled = retry.backoff.as_millis().saturating_mul(1u64 << (failures - 1).min(32));
    let plain = doubled.min(retry.most.as_millis().max(retry.backoff.as_millis()));
    let seed = Digest::of_parts(&[run.id().as_bytes(), claim.to_string().as_bytes()]);
    let share = u64::from(u16::from_le_bytes([seed.as_bytes()[0], seed.as_bytes()[1]]));
    Duration::from_millis(plain + plain / 4 * share / u64::from(u16::MAX))
}
