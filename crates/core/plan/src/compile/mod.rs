//! From runbook to plan.

mod acts;
mod called;
mod conditions;
mod deploys;
mod flows;
mod gates;
mod hooks;
mod rollbacks;
mod schemas;
mod steps;
mod verbs;
mod when;

use std::collections::BTreeSet;

use callsheet_base::Digest;
use callsheet_runbook::Step;

use crate::parameters::{hand_declared, resolve};
use crate::{Action, Inputs, Plan, PlanFault, PlannedRollback, PlannedStep, RunConfig, StepIndex, StepKind, Target};

use rollbacks::reachable;
use steps::{Compiled, Section, compile_section, unique};

/// Everything the parts of the compiler share.
pub(crate) struct Context<'a> {
    pub inputs: &'a Inputs<'a>,
    pub values: crate::parameters::Values,
    pub run: &'a RunConfig,
}

/// Makes the plan of a procedure, or says everything that stands in its way.
pub fn plan(inputs: &Inputs) -> Result<Plan, Vec<PlanFault>> {
    let mut faults = Vec::new();
    check_environment(inputs, &mut faults);
    let Some(procedure) = inputs.runbook.procedures.iter().find(|procedure| procedure.slug == inputs.procedure) else {
        let known = inputs.runbook.procedures.iter().map(|procedure| procedure.slug.clone()).collect();
        faults.push(PlanFault::NoProcedure {
            file: inputs.source.file.clone(),
            slug: inputs.procedure.to_owned(),
            known,
        });
        return Err(faults);
    };
    let main: Vec<&Step> = procedure.steps.iter().collect();
    if main.is_empty() {
        faults.push(PlanFault::Empty { slug: procedure.slug.clone(), line: procedure.at.line });
        return Err(faults);
    }
    check_left_out(inputs, &main, &mut faults);
    let rollbacks = reachable(inputs, procedure, &main, &mut faults);
    let called = hooks::called(inputs, &main, &mut faults);
    hooks::check_addresses(&called, &mut faults);
    let own: Vec<&Step> = main
        .iter()
        .copied()
        .filter(|step| !inputs.leave_out.contains(step.id.as_str()))
        .chain(rollbacks.iter().flat_map(|rollback| &rollback.steps).copied())
        .collect();
    let handed = hooks::handed(&called);
    let hooked: Vec<&Step> = called.iter().flat_map(|one| one.steps()).copied().collect();
    let mut values = resolve(inputs, &own, &hooked, &handed, &mut faults);
    for script in called.iter().filter_map(|one| one.script()) {
        hand_declared(inputs, script, &mut values);
    }
    let all: Vec<&Step> = own.iter().chain(&hooked).copied().collect();
    let environment = inputs.config.environments.get(inputs.environment);
    let run = environment.and_then(|environment| environment.run.as_ref()).unwrap_or(&inputs.config.run);
    let context = Context { inputs, values, run };

    let mut sections = vec![Section { slug: None, steps: main }];
    sections
        .extend(rollbacks.iter().map(|rollback| Section { slug: Some(&rollback.slug), steps: rollback.steps.clone() }));
    sections.extend(called.iter().filter_map(|one| match &one.body {
        hooks::Body::Steps { slug, steps } => Some(Section { slug: Some(slug), steps: steps.clone() }),
        hooks::Body::Script { .. } => None,
    }));
    let mut compiled = compile_section(&context, &sections, &mut faults);
    hand_hooks_over(&context, &called, &mut compiled, rollbacks.len() + 1, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let planned = compiled.ranges[1..].iter().zip(&rollbacks).map(|(range, rollback)| PlannedRollback {
        slug: rollback.slug.clone(),
        title: rollback.title.clone(),
        first: StepIndex(range.start as u32),
        count: range.len() as u32,
    });
    let main = compiled.ranges[0].len();
    let mut secrets = context.values.secrets.clone();
    secrets.extend(compiled.steps.iter().flat_map(|step| deploys::secrets(&step.acts)).cloned());
    Ok(Plan {
        file: inputs.source.file.clone(),
        runbook: Digest::of(inputs.source.text().as_bytes()),
        files: flows::files(&context, &all),
        procedure: procedure.slug.clone(),
        title: procedure.title.clone(),
        service: service(inputs),
        environment: inputs.environment.to_owned(),
        target: environment.map_or_else(Target::default, |environment| environment.target.clone()),
        rollbacks: planned.collect(),
        observes_from: observes_from(&compiled.steps[..main], run),
        main: main as u32,
        steps: compiled.steps,
        parameters: context.values.parameters,
        variables: context.values.variables,
        secrets: secrets.into_iter().collect(),
        output_cap: run.output_cap,
    })
}

/// What rollouts have run, told to the acts that bring them out. The ranges of procedures begin at `from`.
fn hand_hooks_over(
    context: &Context,
    called: &[hooks::Called],
    compiled: &mut Compiled,
    from: usize,
    faults: &mut Vec<PlanFault>,
) {
    let mut ranges = compiled.ranges.split_off(from).into_iter();
    let main = compiled.ranges[0].clone();
    for one in called {
        let (range, gates) = match hooks::script_step(context, one) {
            Some(mut step) => {
                let mut used = compiled.steps.iter().map(|step| step.id.clone()).collect();
                step.id = unique(step.id, &mut used);
                compiled.steps.push(step);
                (compiled.steps.len() - 1..compiled.steps.len(), Vec::new())
            }
            None => {
                let Some(range) = ranges.next() else { continue };
                let gates = hooks::without_questions(&mut compiled.steps[range.clone()], faults);
                (range, gates)
            }
        };
        hooks::hand_over(&mut compiled.steps[main.clone()], one, range, gates);
    }
}

fn check_environment(inputs: &Inputs, faults: &mut Vec<PlanFault>) {
    let known = &inputs.config.environments;
    if !known.is_empty() && !known.contains_key(inputs.environment) {
        let known = known.keys().cloned().collect();
        faults.push(PlanFault::NoEnvironment { name: inputs.environment.to_owned(), known });
    }
}

fn check_left_out(inputs: &Inputs, main: &[&Step], faults: &mut Vec<PlanFault>) {
    let ids: BTreeSet<&str> = main.iter().map(|step| step.id.as_str()).collect();
    let unknown = inputs.leave_out.iter().filter(|id| !ids.contains(id.as_str()));
    faults.extend(unknown.map(|id| PlanFault::NoStep { id: id.clone() }));
}

/// The front matter's service; else the one that lists the runbook, or the only one; else the file's name.
pub(super) fn service(inputs: &Inputs) -> String {
    let services = &inputs.config.services;
    let file = inputs.source.file.as_str();
    let listed =
        services.iter().find(|(_, service)| service.runbooks.iter().any(|runbook| file.ends_with(runbook.as_str())));
    let only = services.iter().next().filter(|_| services.len() == 1);
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = name.strip_suffix(".md").unwrap_or(name);
    let front_matter = inputs.runbook.front_matter.service.clone();
    front_matter.unwrap_or_else(|| listed.or(only).map_or_else(|| stem.to_owned(), |(name, _)| name.clone()))
}

/// The first long wait after which nothing but watching is left.
fn observes_from(main: &[PlannedStep], run: &RunConfig) -> Option<StepIndex> {
    let only_watches = |step: &PlannedStep| step.kind != StepKind::Command && step.danger.is_empty();
    let quiet = main.iter().rposition(|step| !only_watches(step)).map_or(0, |last| last + 1);
    let soaks = |step: &PlannedStep| {
        step.acts.iter().any(|act| matches!(&act.action, Action::Wait { least, .. } if *least >= run.observe_after))
    };
    main[quiet..].iter().position(soaks).map(|at| StepIndex((quiet + at) as u32))
}
