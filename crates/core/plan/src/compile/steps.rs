//! From a runbook's steps to planned ones.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use callsheet_base::StepId;
use callsheet_runbook::{ActKind, Inferred, Runs, Step, StepKind};

use super::acts::compile_acts;
use super::called::reads_only;
use super::gates::{Around, Labels, compile_gates, labels};
use super::{Context, deploys, when};
use crate::fill::{fill_words, places};
use crate::{Action, Gate, InDoubt, OnFailure, PlanFault, PlannedStep, Retry, Standby, StepIndex, When};

/// The procedure's own steps, a rollback's, or those that a rollout has run.
pub(super) struct Section<'s, 'a> {
    /// `None`: the procedure's own.
    pub slug: Option<&'s str>,
    pub steps: Vec<&'a Step>,
}

/// All planned steps, with each section's range; steps that only undo come last.
pub(super) struct Compiled {
    pub steps: Vec<PlannedStep>,
    pub ranges: Vec<Range<usize>>,
}

/// Where each step of a section will stand in the plan.
struct Places<'s> {
    index: BTreeMap<&'s str, StepIndex>,
    labels: Labels<'s>,
    /// Some step of the section is undone by another.
    undoes: bool,
    /// Somebody wrote how the section goes back.
    goes_back: bool,
    /// From here on something may be undone of which that is only concluded, so a person has to order it.
    undone_on_order: Option<StepIndex>,
}

pub(super) fn compile_section(context: &Context, sections: &[Section], faults: &mut Vec<PlanFault>) -> Compiled {
    let mut ranges = Vec::new();
    let mut all_places = Vec::new();
    let mut order: Vec<(usize, &Step)> = Vec::new();
    let mut undoing: Vec<(usize, &Step)> = Vec::new();
    for (at, section) in sections.iter().enumerate() {
        let undo: BTreeSet<&str> = section.steps.iter().filter_map(|step| step.undone_by()).collect();
        let start = order.len();
        let (undoes, own): (Vec<&Step>, Vec<&Step>) =
            section.steps.iter().partition(|step| undo.contains(step.id.as_str()));
        order.extend(own.into_iter().map(|step| (at, step)));
        undoing.extend(undoes.into_iter().map(|step| (at, step)));
        ranges.push(start..order.len());
    }
    let own_count = order.len();
    order.extend(undoing);
    for (at, section) in sections.iter().enumerate() {
        let mut index = BTreeMap::new();
        for (place, (_, step)) in order.iter().enumerate().filter(|(_, (of, _))| *of == at) {
            index.entry(step.id.as_str()).or_insert(StepIndex(place as u32));
        }
        let undoes = section.steps.iter().any(|step| step.written_undo().is_some());
        let goes_back = undoes || section.steps.iter().any(|step| step.written_rollback().is_some());
        let labels = labels(&section.steps);
        let undone = section.steps.iter().filter(|step| step.undone_by().is_some());
        let first = undone.filter_map(|step| index.get(step.id.as_str()).copied()).min();
        let undone_on_order = first.filter(|_| !goes_back);
        all_places.push(Places { index, labels, undoes, goes_back, undone_on_order });
    }
    let mut used = BTreeSet::new();
    let mut steps: Vec<PlannedStep> = order
        .iter()
        .enumerate()
        .map(|(place, (at, step))| {
            let site = Site { section: &sections[*at], places: &all_places[*at], only_undoes: place >= own_count };
            let mut planned = compile_step(context, &site, step, StepIndex(place as u32), faults);
            planned.id = unique(planned.id, &mut used);
            planned
        })
        .collect();
    let_go_on(&mut steps);
    Compiled { steps, ranges }
}

/// Where a step stands.
struct Site<'s, 'a> {
    section: &'s Section<'s, 'a>,
    places: &'s Places<'a>,
    only_undoes: bool,
}

fn compile_step(
    context: &Context,
    site: &Site,
    step: &Step,
    own: StepIndex,
    faults: &mut Vec<PlanFault>,
) -> PlannedStep {
    let left_out = site.section.slug.is_none() && context.inputs.leave_out.contains(step.id.as_str());
    let attributes = &step.attributes;
    let step_places = places(&step.params, &context.values);
    let mut acts = if left_out { Vec::new() } else { compile_acts(context, step, &step_places, faults) };
    let around = Around {
        slug: site.section.slug,
        labels: &site.places.labels,
        performs: acts.iter().any(|act| act.action.is_performed()),
        only_asks: acts.iter().all(|act| matches!(act.action, Action::Person { .. } | Action::Approve { .. })),
        options: options(&acts),
        when: when::compile(context, step, &site.places.index, own, faults),
    };
    let gates = match left_out {
        true => vec![Gate::When(When::Known { text: "left out".to_owned(), holds: false })],
        false => compile_gates(context, step, around, faults),
    };
    let id = match site.section.slug {
        Some(slug) => StepId::new(format!("{slug}/{}", step.id)),
        None => step.id.clone(),
    };
    let mut inferred = step.inferred.clone();
    deploys::infer_limits(context, &mut acts, &mut inferred);
    let in_doubt = in_doubt(context, step, &acts, &mut inferred);
    let again = attributes.retry.unwrap_or(context.run.retry.again);
    let backoff = attributes.backoff.unwrap_or(context.run.retry.backoff);
    PlannedStep {
        id,
        title: fill_words(&step.title, &step_places),
        line: step.at.line,
        kind: step.kind,
        gates,
        standby: step
            .acts
            .iter()
            .filter(|act| act.kind == ActKind::Standby)
            .map(|act| Standby { line: act.line, command: fill_words(&act.command, &step_places) })
            .collect(),
        acts,
        // Alternatives are chosen one after the other, so they never run together.
        parallel: attributes.parallel.clone().filter(|_| step.alternative.is_none() && !step.interactive),
        timeout: attributes.timeout.or(context.run.timeout.filter(|_| !step.interactive)),
        retry: Retry { again, backoff, most: context.run.retry.most },
        in_doubt,
        on_failure: on_failure(context, site, step, own, faults),
        undo: undo(site, step, faults),
        interactive: attributes.interactive.unwrap_or(step.interactive),
        rollback: step.rollback || site.section.slug.is_some() || site.only_undoes,
        danger: step.danger.clone(),
        inferred,
    }
}

fn options(acts: &[crate::PlannedAct]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for label in acts.iter().filter_map(|act| act.choice.as_ref()) {
        if !labels.contains(label) {
            labels.push(label.clone());
        }
    }
    labels
}

/// Written, or: a check that endangers nothing and a message may happen twice, anything else may not.
fn in_doubt(context: &Context, step: &Step, acts: &[crate::PlannedAct], inferred: &mut Vec<Inferred>) -> InDoubt {
    let only_messages =
        step.runs == Some(Runs::Verb) || !acts.iter().any(|act| matches!(act.action, Action::Shell { .. }));
    match step.attributes.idempotent {
        Some(true) => InDoubt::Again,
        Some(false) => InDoubt::Person,
        // A second restore would undo what was written after the first.
        None if step.runs == Some(Runs::Verb) && acts.iter().any(restores) => InDoubt::Person,
        None if only_messages => InDoubt::Again,
        None if reads_only(context, step) => InDoubt::Again,
        None if step.kind == StepKind::Check && step.danger.is_empty() => {
            let value = "true: a check".into();
            inferred.push(Inferred { field: "idempotent".into(), value, line: step.at.line });
            InDoubt::Again
        }
        None => InDoubt::Person,
    }
}

fn restores(act: &crate::PlannedAct) -> bool {
    matches!(&act.action, Action::Shell { script, .. } if script.contains("\"$CALLSHEET_PROGRAM\" restore"))
}

fn on_failure(context: &Context, site: &Site, step: &Step, own: StepIndex, faults: &mut Vec<PlanFault>) -> OnFailure {
    if let Some(slug) = step.written_rollback() {
        return OnFailure::Rollback(slug.to_owned());
    }
    match step.attributes.other.get("on_failure").map(String::as_str) {
        Some("stop") => OnFailure::Stop,
        Some("pause") => OnFailure::Pause,
        Some("go-on" | "continue") => OnFailure::GoOn,
        Some("undo") => OnFailure::Undo,
        Some(other) => {
            faults.push(PlanFault::BadAttribute {
                step: step.id.to_string(),
                line: step.at.line,
                attribute: format!("on_failure={other}"),
                why: "it must be `stop`, `pause`, `go-on` or `undo`".to_owned(),
            });
            OnFailure::Stop
        }
        // What undoes must not stop half way without a word.
        None if site.section.slug.is_some() || site.only_undoes => OnFailure::Pause,
        None if site.places.undoes => OnFailure::Undo,
        // A run that is over is not turned back any more.
        None if site.places.undone_on_order.is_some_and(|first| first <= own) => OnFailure::Pause,
        None if context.run.pause_on_failure => OnFailure::Pause,
        None => OnFailure::Stop,
    }
}

fn undo(site: &Site, step: &Step, faults: &mut Vec<PlanFault>) -> Option<StepIndex> {
    let name = step.undone_by()?;
    // What was only concluded never acts by itself, as it would where a written way back is gone.
    if step.written_undo().is_none() && site.places.goes_back {
        return None;
    }
    let found = site.places.index.get(name).copied();
    if found.is_none() || name == step.id.as_str() {
        faults.push(PlanFault::BadAttribute {
            step: step.id.to_string(),
            line: step.at.line,
            attribute: format!("undo={name}"),
            why: "it must name another step of the same procedure".to_owned(),
        });
    }
    found
}

/// A failure that a later step's `when` asks for does not end the run.
fn let_go_on(steps: &mut [PlannedStep]) {
    let asked_for: Vec<StepIndex> = steps
        .iter()
        .flat_map(|step| &step.gates)
        .filter_map(|gate| match gate {
            Gate::When(When::Failed(step)) => Some(*step),
            _ => None,
        })
        .collect();
    for step in asked_for {
        steps[step.at()].on_failure = OnFailure::GoOn;
    }
}

pub(super) fn unique(id: StepId, used: &mut BTreeSet<StepId>) -> StepId {
    let candidates = (2u32..).map(|number| StepId::new(format!("{id}-{number}")));
    let free = std::iter::once(id.clone()).chain(candidates).find(|candidate| !used.contains(candidate)).unwrap_or(id);
    used.insert(free.clone());
    free
}
