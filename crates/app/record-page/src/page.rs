//! Everything that the page tells, as its template reads it.

use callsheet_base::{Duration, Timestamp};
use callsheet_engine::{ChangeRecord, Event, Run};
use callsheet_plan::{ParameterSource, StepIndex};
use serde::Serialize;

use crate::decisions::{Decision, decisions};
use crate::files::Files;
use crate::output::Outputs;
use crate::overview::Overview;
use crate::rollouts::{Rollout, rollouts};
use crate::step::{self, KeptOf, Step};
use crate::timeline::course;
use crate::words::{self, Instant, brief, instant};
use crate::{Proof, Sources};

/// The page.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
    pub title: String,
    pub phase: String,
    pub class: &'static str,
    pub sign: &'static str,
    /// The run's id, whole and short.
    pub run: String,
    pub short: String,
    pub procedure: String,
    pub service: String,
    pub environment: String,
    pub target: Vec<String>,
    pub who: String,
    pub known_by: String,
    pub why: String,
    pub created: Instant,
    pub updated: Instant,
    pub over: bool,
    pub took: String,
    pub plan: String,
    pub runbook: String,
    pub version: String,
    pub parameters: Vec<Parameter>,
    pub secrets: Vec<String>,
    /// What broke, or empty.
    pub broken: String,
    pub head: String,
    pub records: u64,
    pub made: Instant,
    pub overview: Overview,
    /// How many steps are in each state.
    pub counts: Vec<Count>,
    pub decisions: Vec<Decision>,
    pub course: Vec<Remark>,
    pub rollouts: Vec<Rollout>,
    pub steps: Vec<Step>,
}

/// A parameter.
#[derive(Clone, Debug, Serialize)]
pub struct Parameter {
    pub name: String,
    pub value: String,
    pub from: &'static str,
}

/// `3 done`.
#[derive(Clone, Debug, Serialize)]
pub struct Count {
    pub count: usize,
    pub state: &'static str,
    pub class: &'static str,
    pub sign: &'static str,
}

/// Something that concerned the run as a whole.
#[derive(Clone, Debug, Serialize)]
pub struct Remark {
    pub at: Instant,
    pub who: String,
    pub what: String,
    pub note: String,
}

impl Page {
    pub fn new(sources: &Sources, record: &ChangeRecord, events: &[(Timestamp, Event)]) -> Page {
        let run = sources.run;
        let over = run.result().is_some();
        let end = if over { run.updated() } else { sources.made.max(run.updated()) };
        let course = course(run, events, end);
        let kept = KeptOf { outputs: Outputs::of(&record.steps, sources.outputs), files: Files::new(sources.outputs) };
        let index = |id: &str| run.plan().find(id).unwrap_or(StepIndex(0));
        let reached: Vec<StepIndex> = record.steps.iter().map(|step| index(step.id.as_str())).collect();
        let steps = record.steps.iter().zip(&reached).map(|(one, at)| Step::new(run, *at, one, &course, &kept));
        let target = &run.plan().target;
        let named =
            [("host", &target.host), ("Kubernetes context", &target.kube_context), ("account", &target.account)];
        Page {
            title: run.plan().title.clone(),
            phase: record.phase.replace('-', " "),
            class: words::class(record.phase),
            sign: words::sign(record.phase),
            run: record.run.to_string(),
            short: record.run.short(),
            procedure: record.procedure.clone(),
            service: record.service.clone(),
            environment: record.environment.clone(),
            target: named.iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?))).collect(),
            who: record.requested_by.name.clone(),
            known_by: words::known_by(&record.requested_by),
            why: record.why.clone(),
            created: instant(record.created),
            updated: instant(record.updated),
            over,
            took: brief(Duration::between(record.created, end)),
            plan: record.plan.to_string(),
            runbook: record.runbook.to_string(),
            version: run.created().version.clone(),
            parameters: parameters(run),
            secrets: record.secrets.clone(),
            broken: match &sources.proof {
                Proof::Holds => String::new(),
                Proof::Broken(how) => how.clone(),
            },
            head: record.head.chain.to_string(),
            records: record.head.seq,
            made: instant(sources.made),
            overview: Overview::new(run, &course, &reached),
            counts: counts(run),
            decisions: decisions(record, |id| step::anchor(index(id))),
            course: record.course.iter().map(remark).collect(),
            rollouts: rollouts(record, sources),
            steps: steps.collect(),
        }
    }
}

fn parameters(run: &Run) -> Vec<Parameter> {
    let all = run.plan().parameters.iter().map(|(name, value)| Parameter {
        name: name.clone(),
        value: value.value.clone(),
        from: match value.from {
            ParameterSource::Given => "given",
            ParameterSource::Config => "callsheet.toml",
            ParameterSource::Environment => "environment variable",
            ParameterSource::Default => "default",
        },
    });
    all.collect()
}

fn counts(run: &Run) -> Vec<Count> {
    let mut counts: Vec<Count> = Vec::new();
    for index in (0..run.plan().main).map(StepIndex) {
        let state = run.step(index).word();
        match counts.iter_mut().find(|count| count.state == state) {
            Some(count) => count.count += 1,
            None => counts.push(Count { count: 1, state, class: words::class(state), sign: words::sign(state) }),
        }
    }
    counts
}

fn remark(said: &callsheet_engine::change_record::Said) -> Remark {
    let who = said.by.as_ref().map(ToString::to_string).unwrap_or_default();
    Remark { at: instant(said.at), who, what: said.what.clone(), note: said.note.clone() }
}
