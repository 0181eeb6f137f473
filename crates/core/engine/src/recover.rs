//! After a crash: the same run from its journal, and what must be asked of the world before it goes on.

use std::sync::Arc;

use callsheet_base::{RunId, Timestamp};
use callsheet_plan::Plan;

use crate::{Claim, Effect, Event, IllegalEvent, Outcome, Phase, Run, StepState};

/// Why a journal cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no record.
    #[error("the run has no record")]
    Empty,
    /// The first record does not tell how the run began.
    #[error("the run's first record is `{0}`, not `created`")]
    NotCreated(&'static str),
    /// The plan is not the one the run was created with.
    #[error("the run was created with another plan than the one stored")]
    AnotherPlan,
    /// A record is no event this version knows.
    #[error("record {seq} cannot be read as an event")]
    Unreadable {
        /// Its number.
        seq: u64,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
    /// A record has no place where it stands.
    #[error("record {seq} has no place where it stands")]
    Illegal {
        /// Its number.
        seq: u64,
        /// The cause.
        #[source]
        source: IllegalEvent,
    },
}

/// What the world says of an act that was intended when the executor died. Made into an event by [`Answer::event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It did not start, and its claim is burnt.
    NotStarted {
        /// How we know.
        why: String,
    },
    /// It ended while nobody looked.
    Ended(Outcome),
    /// It runs on, under its keeper: watch it again.
    StillRunning,
    /// Nobody knows.
    Unknown {
        /// Why.
        why: String,
    },
}

impl Answer {
    /// The event to report; `None`: nothing to record yet.
    pub fn event(self, claim: Claim) -> Option<Event> {
        match self {
            Answer::NotStarted { why } => Some(Event::Withdrawn { claim, why }),
            Answer::Ended(outcome) => Some(Event::Ended { claim, outcome }),
            Answer::StillRunning => None,
            Answer::Unknown { why } => Some(Event::DoubtFound { claim, why }),
        }
    }
}

impl Run {
    /// Replays a journal, in order from its first record, through the function that runs live.
    pub fn replay<'a>(
        id: RunId,
        plan: Arc<Plan>,
        records: impl IntoIterator<Item = (&'a str, Timestamp)>,
    ) -> Result<Run, ReplayError> {
        let mut records = (1u64..).zip(records);
        let (seq, (body, at)) = records.next().ok_or(ReplayError::Empty)?;
        let created = match Event::from_json(body).map_err(|source| ReplayError::Unreadable { seq, source })? {
            Event::Created(created) => created,
            other => return Err(ReplayError::NotCreated(other.word())),
        };
        if plan.digest() != created.plan {
            return Err(ReplayError::AnotherPlan);
        }
        let mut run = Run::create(id, &created, plan, at);
        for (seq, (body, at)) in records {
            let event = Event::from_json(body).map_err(|source| ReplayError::Unreadable { seq, source })?;
            run.apply(&event, at).map_err(|source| ReplayError::Illegal { seq, source })?;
        }
        Ok(run)
    }

    /// The next instant at which [`crate::advance`] has something to do by itself.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.open_steps().filter_map(|(_, state)| due_of(state)).min()
    }
}

/// Everything a restarted executor has to see to, after its `Adopted` is recorded: acts to ask after, timers to arm, people to tell
/// once more. Then it calls `advance`. Harmless when repeated.
pub fn outstanding(run: &Run) -> Vec<Effect> {
    if let Some(result) = run.result() {
        return vec![Effect::Finish(result)];
    }
    let mut effects = Vec::new();
    if *run.phase() == (Phase::Target { asked: true }) {
        effects.push(Effect::VerifyTarget);
    }
    if run.is_observing() {
        effects.push(Effect::MoveToObserving);
    }
    let cancelling = matches!(run.phase(), Phase::Stopping { result: crate::RunResult::Cancelled, .. });
    for (step, state) in run.open_steps() {
        match state {
            // Its rollout goes on, see below.
            StepState::Running { claim, .. } if run.rollouts.contains_key(claim) => {}
            StepState::Running { claim, .. } => {
                effects.push(Effect::Reconcile(*claim));
                effects.extend(cancelling.then_some(Effect::Cancel(*claim)));
            }
            StepState::Asked { .. } | StepState::Paused { told: true, .. } | StepState::Doubt { told: true, .. } => {
                effects.push(Effect::NotifyWaiting(step));
            }
            _ => {}
        }
        effects.extend(due_of(state).map(Effect::ArmTimer));
    }
    if !cancelling {
        effects.extend(run.given_up());
    }
    effects.extend(run.open_rollouts().map(|(claim, _)| Effect::Conduct(claim)));
    effects
}

fn due_of(state: &StepState) -> Option<Timestamp> {
    match state {
        StepState::Waiting { due, .. } | StepState::Retrying { due, .. } => Some(*due),
        StepState::Asked { expires, .. } => *expires,
        _ => None,
    }
}
