//! What an event makes of one step: one `match (state, event)`.

use std::sync::Arc;

use callsheet_base::Timestamp;
use callsheet_plan::{Action, Gate, OnFailure, PlannedStep, StepIndex};

use crate::illegal::IllegalEvent;
use crate::progress::Close;
use crate::success::{Success, weigh};
use crate::{Asking, Claim, Event, Exit, Outcome, PauseReason, Phase, Run, RunResult, Settlement, StepState, TimerFor};

/// Where an event leads a step.
enum Next {
    /// To this state.
    State(StepState),
    /// To the gates from this one on.
    Gate(u16),
    /// To the acts after this one.
    AfterAct(u16),
    /// To its end.
    Close(Close),
    /// To its end, and the run's with it.
    Deny,
}

impl Run {
    pub(crate) fn apply_to_step(&mut self, event: &Event, at: Timestamp) -> Result<(), IllegalEvent> {
        let Some(step) = event.step().filter(|step| self.is_open(*step)) else {
            return Err(self.not_open(event));
        };
        if matches!(self.phase, Phase::Stopping { .. }) && !ends_something(event) {
            return Err(self.illegal(event));
        }
        let plan = Arc::clone(&self.plan);
        let planned = &plan.steps[step.at()];
        let next = self.next(step, planned, event, at).ok_or(IllegalEvent::Step {
            event: event.word(),
            step,
            state: self.steps[step.at()].word(),
        })?;
        if let Event::Chosen { label, .. } = event {
            self.choose(step, planned, label);
        }
        if let Event::Intended { claim } = event {
            self.attempts.insert((step, claim.act), claim.attempt);
        }
        let in_lane = self.is_in_lane(step);
        if in_lane {
            self.tell_lane(event);
        } else {
            self.keep_shell(step, planned, event, &next);
        }
        match next {
            Next::State(state) => self.steps[step.at()] = state,
            Next::Gate(gate) => self.enter(step, planned, gate),
            Next::AfterAct(act) => self.enter_act(step, planned, act + 1),
            Next::Close(close) => self.mark(step, close),
            Next::Deny => {
                self.stop(RunResult::Denied);
                self.mark(step, Close::Failed);
            }
        }
        if !in_lane {
            self.go_on();
        }
        Ok(())
    }

    fn is_open(&self, step: StepIndex) -> bool {
        step.at() < self.steps.len()
            && (self.is_in_lane(step) || self.batch.clone().any(|place| self.order.at(place) == step))
            && !self.steps[step.at()].is_closed()
    }

    fn not_open(&self, event: &Event) -> IllegalEvent {
        match event.step() {
            Some(step) => IllegalEvent::NotOpen { event: event.word(), step },
            None => self.illegal(event),
        }
    }

    fn choose(&mut self, step: StepIndex, planned: &PlannedStep, label: &str) {
        let StepState::Asked { asking: Asking::Gate(gate), .. } = self.steps[step.at()] else { return };
        match &planned.gates[gate as usize] {
            Gate::Alternative { group, .. } => self.chosen.insert(group.clone(), label.to_owned()),
            _ => self.options.insert(step, label.to_owned()),
        };
    }

    /// A shell's state counts once its act does: failed attempts leave none, parallel steps discard theirs.
    fn keep_shell(&mut self, step: StepIndex, planned: &PlannedStep, event: &Event, next: &Next) {
        if let Event::Ended { outcome: Outcome { shell: Some(shell), .. }, .. } = event
            && planned.parallel.is_none()
        {
            self.shells_left.insert(step, shell.clone());
        }
        match next {
            Next::AfterAct(_) => self.shell = self.shells_left.remove(&step).or_else(|| self.shell.take()),
            Next::State(StepState::Ready { .. } | StepState::Failing { .. }) | Next::Close(_) | Next::Deny => {
                self.shells_left.remove(&step);
            }
            Next::State(_) | Next::Gate(_) => {}
        }
    }

    /// The transition table. `None`: there is no such transition.
    fn next(&self, step: StepIndex, planned: &PlannedStep, event: &Event, at: Timestamp) -> Option<Next> {
        use Event as E;
        use StepState as S;
        let gate = |index: u16| planned.gates.get(index as usize);
        let action = |act: u16| planned.acts.get(act as usize).map(|act| &act.action);
        let asked = |asking: Asking, expires: Option<Timestamp>| {
            Next::State(S::Asked { asking, since: at, expires, approved: Vec::new() })
        };
        Some(match (&self.steps[step.at()], event) {
            // A person is asked.
            (S::Gates { next }, E::Asked { asking: Asking::Gate(index), expires, .. }) if next == index => {
                asked(Asking::Gate(*index), *expires)
            }
            (S::Ready { claim, .. }, E::Asked { asking: Asking::Act(act), expires, .. }) if claim.act == *act => {
                match action(*act)? {
                    Action::Person { .. } | Action::Approve { .. } => asked(Asking::Act(*act), *expires),
                    _ => return None,
                }
            }
            (S::Paused { .. } | S::Doubt { .. }, E::Asked { asking: Asking::Settle(claim), .. }) => {
                Next::State(self.steps[step.at()].told(*claim)?)
            }

            // A person answers.
            (S::Asked { asking: Asking::Gate(index), approved, .. }, E::Approved { actor, .. }) => {
                let Gate::Approval { rule } = gate(*index)? else { return None };
                self.approve(step, approved, actor, rule.needed, Next::Gate(index + 1))?
            }
            (S::Asked { asking: Asking::Act(act), approved, .. }, E::Approved { actor, .. }) => {
                let Action::Approve { rule, .. } = action(*act)? else { return None };
                self.approve(step, approved, actor, rule.needed, Next::AfterAct(*act))?
            }
            (S::Asked { asking: Asking::Gate(index), .. }, E::Confirmed { .. }) => match gate(*index)? {
                Gate::Danger { .. } | Gate::Confirm { .. } | Gate::Optional { .. } => Next::Gate(index + 1),
                _ => return None,
            },
            (S::Asked { asking: Asking::Gate(index), .. }, E::Chosen { label, .. }) => match gate(*index)? {
                Gate::Alternative { labels, label: own, .. } if labels.contains(label) => {
                    if label == own {
                        Next::Gate(index + 1)
                    } else {
                        Next::State(S::Gates { next: *index })
                    }
                }
                Gate::Option { labels } if labels.contains(label) => Next::Gate(index + 1),
                _ => return None,
            },
            (S::Asked { asking: Asking::Act(act), .. }, E::Confirmed { .. }) => match action(*act)? {
                Action::Person { .. } => Next::AfterAct(*act),
                _ => return None,
            },
            (S::Asked { asking: Asking::Judge(claim), .. }, E::Confirmed { .. }) => Next::AfterAct(claim.act),
            (S::Asked { asking: Asking::Judge(claim), .. }, E::Disproved { .. }) => fail(planned, *claim, at),
            (S::Asked { asking: Asking::Act(act), .. }, E::Disproved { .. }) => match action(*act)? {
                Action::Person { .. } => fail(planned, Claim::first(step, *act), at),
                _ => return None,
            },
            (S::Asked { asking: Asking::Gate(_) | Asking::Act(_), .. }, E::Denied { .. }) => Next::Deny,
            (S::Asked { expires: Some(due), .. }, E::Expired { .. }) if *due <= at => Next::Deny,
            (
                S::Gates { .. } | S::Asked { .. } | S::Ready { .. } | S::Waiting { .. } | S::Retrying { .. },
                E::Skipped { .. },
            ) => Next::Close(Close::Skipped),

            // An act is performed.
            (S::Ready { claim, failures }, E::Intended { claim: intended }) if claim == intended => {
                match action(claim.act)?.is_performed() {
                    true => Next::State(S::Running { claim: *claim, failures: *failures, since: at }),
                    false => return None,
                }
            }
            (S::Running { claim, failures, .. }, E::Withdrawn { claim: withdrawn, .. }) if claim == withdrawn => {
                Next::State(S::Ready { claim: claim.next(), failures: *failures })
            }
            (S::Running { claim, failures, .. }, E::Ended { claim: ended, outcome }) if claim == ended => {
                self.after_end(planned, *claim, *failures, outcome, at)
            }
            (S::Running { claim, failures, .. }, E::DoubtFound { claim: doubted, why }) if claim == doubted => {
                let (claim, failures) = (*claim, *failures);
                Next::State(S::Doubt { claim, failures, why: why.clone(), since: at, told: false })
            }

            // A timer.
            (S::Ready { claim, .. }, E::TimerSet { timer: TimerFor::Wait(act), due, .. }) if claim.act == *act => {
                match action(*act)? {
                    Action::Wait { .. } => Next::State(S::Waiting { act: *act, due: *due }),
                    _ => return None,
                }
            }
            (S::Failing { claim, failures, .. }, E::TimerSet { timer: TimerFor::Retry(next), due, .. })
                if claim == next =>
            {
                Next::State(S::Retrying { claim: *claim, failures: *failures, due: *due })
            }
            (S::Waiting { act, due }, E::TimerFired { .. }) if *due <= at => Next::AfterAct(*act),
            (S::Retrying { claim, failures, due }, E::TimerFired { .. }) if *due <= at => {
                Next::State(S::Ready { claim: *claim, failures: *failures })
            }

            // Something that went badly is settled.
            (S::Paused { claim, .. }, E::Settled { claim: settled, how, .. }) if claim == settled => {
                settle(*how, *claim, claim.next(), 0)
            }
            (S::Doubt { claim, failures, .. }, E::Settled { claim: settled, how, .. }) if claim == settled => {
                settle(*how, *claim, claim.next(), *failures)
            }
            (S::Retrying { claim, failures, .. }, E::Settled { claim: settled, how, .. }) if claim == settled => {
                settle(*how, *claim, *claim, *failures)
            }
            _ => return None,
        })
    }

    fn approve(
        &self,
        step: StepIndex,
        approved: &[callsheet_access::Actor],
        actor: &callsheet_access::Actor,
        needed: u8,
        then: Next,
    ) -> Option<Next> {
        if approved.contains(actor) {
            return None;
        }
        if approved.len() + 1 >= needed as usize {
            return Some(then);
        }
        let mut state = self.steps[step.at()].clone();
        if let StepState::Asked { approved, .. } = &mut state {
            approved.push(actor.clone());
        }
        Some(Next::State(state))
    }

    fn after_end(&self, planned: &PlannedStep, claim: Claim, failures: u32, outcome: &Outcome, at: Timestamp) -> Next {
        let stopping = matches!(self.phase, Phase::Stopping { .. });
        match weigh(&planned.acts[claim.act as usize], outcome) {
            Success::Full if stopping => Next::AfterAct(claim.act),
            _ if stopping => Next::Close(Close::Failed),
            Success::Full => Next::AfterAct(claim.act),
            // It failed in good order: the older release runs as before, and the same one again would fail again.
            _ if matches!(outcome.exit, Exit::TurnedBack(_)) => Next::Close(Close::Failed),
            Success::Judge => Next::State(StepState::Asked {
                asking: Asking::Judge(claim),
                since: at,
                expires: None,
                approved: Vec::new(),
            }),
            _ if failures < planned.retry.again => {
                Next::State(StepState::Failing { claim: claim.next(), failures: failures + 1, since: at })
            }
            Success::Unexpected { expect, saw } => Next::State(StepState::Paused {
                claim,
                why: PauseReason::Expectation { expect, saw },
                since: at,
                told: false,
            }),
            Success::None => fail(planned, claim, at),
        }
    }
}

/// While a run stops, only what brings running acts to their end is taken.
fn ends_something(event: &Event) -> bool {
    match event {
        Event::Ended { .. } | Event::Withdrawn { .. } | Event::DoubtFound { .. } => true,
        Event::Asked { asking: Asking::Settle(_), .. } => true,
        Event::Settled { how, .. } => matches!(how, Settlement::Skip | Settlement::Done),
        _ => false,
    }
}

fn fail(planned: &PlannedStep, claim: Claim, at: Timestamp) -> Next {
    match planned.on_failure {
        OnFailure::Pause => Next::State(StepState::Paused { claim, why: PauseReason::Failed, since: at, told: false }),
        _ => Next::Close(Close::Failed),
    }
}

fn settle(how: Settlement, claim: Claim, again: Claim, failures: u32) -> Next {
    match how {
        Settlement::Retry => Next::State(StepState::Ready { claim: again, failures }),
        Settlement::Skip => Next::Close(Close::Skipped),
        Settlement::Done => Next::AfterAct(claim.act),
        Settlement::Rollback => Next::Close(Close::Failed),
    }
}
