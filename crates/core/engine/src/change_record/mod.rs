//! The change record: who did what, when and why, from a run's plan and journal. Renderers are pure; the command prints them.

mod attempts;
mod markdown;
mod rollouts;
mod text;

use callsheet_access::Actor;
use callsheet_base::{Digest, RunId, StepId, Timestamp};
use callsheet_journal::{Head, Record};
use serde::Serialize;

use crate::{Created, Event, ReplayError, Run};

pub use rollouts::{RolloutRecord, RolloutSaid};

pub use attempts::{Attempt, AttemptEnd, Said, StepRecord};

/// One run as a change record. JSON by `serde`, text and Markdown by [`ChangeRecord::text`] and [`ChangeRecord::markdown`].
#[derive(Clone, Debug, Serialize)]
pub struct ChangeRecord {
    /// `callsheet.change-record/1`.
    pub schema: &'static str,
    /// The run.
    pub run: RunId,
    /// `file#procedure`.
    pub procedure: String,
    /// The procedure's heading.
    pub title: String,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// Who asked for it.
    pub requested_by: Actor,
    /// Why.
    pub why: String,
    /// When it was created, UTC.
    pub created: Timestamp,
    /// When its last event happened, UTC.
    pub updated: Timestamp,
    /// `done`, `failed`, …, or where it is now.
    pub phase: &'static str,
    /// Digest of the plan.
    pub plan: Digest,
    /// Digest of the runbook's text.
    pub runbook: Digest,
    /// Parameters with their values.
    pub parameters: Vec<(String, String)>,
    /// Names of secrets that were given.
    pub secrets: Vec<String>,
    /// What concerned the run as a whole: guard, holds, rollback, cancel, processes that took over.
    pub course: Vec<Said>,
    /// Every step that was reached, in the plan's order.
    pub steps: Vec<StepRecord>,
    /// Releases that were brought out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rollouts: Vec<RolloutRecord>,
    /// The chain's head: keep it elsewhere to prove later that nothing was changed.
    pub head: Head,
}

impl ChangeRecord {
    /// From a run and its whole journal, in order.
    pub fn new(run: &Run, records: &[Record]) -> Result<ChangeRecord, ReplayError> {
        let mut steps: Vec<StepRecord> = Vec::new();
        steps.extend(run.plan().steps.iter().enumerate().map(|(at, planned)| StepRecord::new(run, at, planned)));
        let mut course = Vec::new();
        let mut rollouts: Vec<RolloutRecord> = Vec::new();
        for record in records {
            let event =
                Event::from_json(&record.body).map_err(|source| ReplayError::Unreadable { seq: record.seq, source })?;
            rollouts_take(&mut rollouts, run, &event, record.at);
            match event.step().and_then(|step| steps.get_mut(step.at())) {
                Some(step) => step.take(&event, record.at),
                None => course.extend(attempts::said(&event, record.at)),
            }
        }
        steps.retain(|step| !step.is_untouched());
        let plan = run.plan();
        let Created { actor, why, plan: digest, runbook, procedure, service, environment, .. } = run.created().clone();
        let head = records.last().map_or(Head::start(run.id()), |last| Head {
            run: last.run,
            seq: last.seq,
            chain: last.chain,
        });
        Ok(ChangeRecord {
            schema: "callsheet.change-record/1",
            run: run.id(),
            procedure,
            title: plan.title.clone(),
            service,
            environment,
            requested_by: actor,
            why,
            created: run.started(),
            updated: run.updated(),
            phase: run.phase_word(),
            plan: digest,
            runbook,
            parameters: plan.parameters.iter().map(|(name, value)| (name.clone(), value.value.clone())).collect(),
            secrets: plan.secrets.clone(),
            course,
            steps,
            rollouts,
            head,
        })
    }

    /// The record of one step.
    pub fn step(&self, id: &StepId) -> Option<&StepRecord> {
        self.steps.iter().find(|step| step.id == *id)
    }
}

fn rollouts_take(rollouts: &mut Vec<RolloutRecord>, run: &Run, event: &Event, at: Timestamp) {
    if let Event::Rollout { claim, event } = event
        && let callsheet_rollout::Event::Began(plan) = &**event
    {
        rollouts.push(RolloutRecord::began(run, *claim, plan));
    }
    match event {
        Event::Rollout { claim, event } => {
            rollouts.iter_mut().filter(|one| one.claim == *claim).for_each(|one| one.take(event, at));
        }
        Event::Measured { claim, slices, .. } => {
            rollouts.iter_mut().filter(|one| one.claim == *claim).for_each(|one| one.slices.push(*slices));
        }
        _ => {}
    }
}
