//! What rollouts have run at moments of their own: procedures of the runbook, or commands, as steps beside the procedure's own.
//!
//! Nobody watches them, so they may not ask: what a person must allow is asked before the deploy begins.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use callsheet_base::{Duration, StepId};
use callsheet_rollout::Hook;
use callsheet_runbook::{PlaceholderForm, Runs, Step, StepKind};

use super::deploys::{DEPLOY_OPTIONS, Words};
use super::verbs::words;
use super::{Context, service};
use crate::config::{HOOK_KEYS, HookSettings, Work};
use crate::{
    Action, Gate, InDoubt, Inputs, OnFailure, PlanFault, PlannedAct, PlannedHook, PlannedStep, Retry, StepIndex,
};

/// Moments, with the time of each later verification.
type Moments = Vec<(Hook, Option<Duration>)>;

/// What one deploy line has run, with its moments.
pub(super) struct Called<'a> {
    /// The line, 1-based.
    pub line: u32,
    /// When.
    moments: Moments,
    /// What people know it by.
    name: String,
    pub body: Body<'a>,
    /// The variable that tells where the release answers.
    pub address: String,
}

pub(super) enum Body<'a> {
    /// A procedure's steps.
    Steps { slug: String, steps: Vec<&'a Step> },
    /// A script of ours or the team's.
    Script { id: String, script: String, in_doubt: InDoubt },
}

impl<'a> Called<'a> {
    /// The runbook's steps that it takes.
    pub(super) fn steps(&self) -> &[&'a Step] {
        match &self.body {
            Body::Steps { steps, .. } => steps,
            Body::Script { .. } => &[],
        }
    }

    /// The command that it is, if it is one.
    pub(super) fn script(&self) -> Option<&str> {
        match &self.body {
            Body::Steps { .. } => None,
            Body::Script { script, .. } => Some(script),
        }
    }
}

/// What all deploy lines of these steps have run.
pub(super) fn called<'a>(inputs: &Inputs<'a>, main: &[&'a Step], faults: &mut Vec<PlanFault>) -> Vec<Called<'a>> {
    let mut all = Vec::new();
    for step in main.iter().filter(|step| !inputs.leave_out.contains(step.id.as_str())) {
        let lines = deploy_lines(step);
        let written = step
            .attributes
            .other
            .keys()
            .find(|key| HOOK_KEYS.contains(&key.as_str()) || ["soak", "schema"].contains(&key.as_str()));
        if let Some(key) = written.filter(|_| lines.is_empty()) {
            let value = &step.attributes.other[key];
            faults.push(bad(step, key, value, "it belongs to a step with a `callsheet deploy` line"));
        }
        for (line, words) in lines {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            // What is wrong with the line is told where it is compiled.
            let Ok(read) = Words::read("deploy", &words[2..], DEPLOY_OPTIONS) else { continue };
            let named = read.service.map_or_else(|| service(inputs), str::to_owned);
            let environment = read.option("--env").unwrap_or(inputs.environment);
            let spec = inputs.config.service_in(&named, environment);
            let mut settings = spec.map(|spec| spec.release.hooks.clone()).unwrap_or_default();
            for key in HOOK_KEYS {
                if let Some(value) = step.attributes.other.get(key)
                    && let Err(why) = settings.set(key, value)
                {
                    faults.push(bad(step, key, value, &why));
                }
            }
            all.extend(of_line(inputs, step, line, &settings, faults));
        }
    }
    all
}

fn deploy_lines(step: &Step) -> Vec<(u32, Vec<String>)> {
    let acts = step.acts.iter().filter(|_| step.runs == Some(Runs::Verb));
    let lines = acts.flat_map(|act| (act.line..).zip(act.command.lines()));
    lines.map(|(line, text)| (line, words(text, &[], &BTreeMap::new()))).filter(|(_, words)| is_deploy(words)).collect()
}

fn is_deploy(words: &[String]) -> bool {
    matches!(words, [program, verb, ..] if program == "callsheet" && verb == "deploy")
}

fn bad(step: &Step, key: &str, value: &str, why: &str) -> PlanFault {
    PlanFault::BadAttribute {
        step: step.id.to_string(),
        line: step.at.line,
        attribute: format!("{key}={value}"),
        why: why.to_owned(),
    }
}

fn of_line<'a>(
    inputs: &Inputs<'a>,
    step: &Step,
    line: u32,
    settings: &HookSettings,
    faults: &mut Vec<PlanFault>,
) -> Vec<Called<'a>> {
    let mut wanted: Vec<(Moments, &Work)> = Vec::new();
    wanted.extend(settings.migrate.as_ref().map(|work| (vec![(Hook::Migrate, None)], work)));
    wanted.extend(settings.smoke.as_ref().map(|work| (vec![(Hook::Smoke, None), (Hook::Public, None)], work)));
    for (index, later) in settings.later.iter().enumerate() {
        let moment = (Hook::Later(index), Some(later.after));
        // The same steps for the same work: each run of them has claims of its own.
        match wanted.iter_mut().find(|(moments, work)| **work == later.work && moments[0].0 != Hook::Migrate) {
            Some((moments, _)) => moments.push(moment),
            None => wanted.push((vec![moment], &later.work)),
        }
    }
    let mut called: Vec<Called> = Vec::new();
    for (moments, work) in wanted {
        let body = match work {
            Work::Procedure(slug) => procedure(inputs, step, slug, moments[0].0, faults),
            Work::Command(command) => Some(Body::Script {
                id: format!("{}/{}", step.id, kind_of(moments[0].0)),
                script: command.replace("{release}", "$CALLSHEET_RELEASE"),
                in_doubt: if moments[0].0 == Hook::Migrate { InDoubt::Person } else { InDoubt::Again },
            }),
        };
        let address = settings.address.clone();
        called.extend(body.map(|body| Called { line, moments, name: work.to_string(), body, address }));
    }
    let mut own = |hook: Hook, name: String, script: String| {
        let body = Body::Script { id: format!("{}/{}", step.id, hook.word()), script, in_doubt: InDoubt::Again };
        called.push(Called { line, moments: vec![(hook, None)], name, body, address: settings.address.clone() });
    };
    if let Some((built, served)) = &settings.assets {
        let built = built.replace("{release}", "$CALLSHEET_RELEASE");
        let script = format!("\"$CALLSHEET_PROGRAM\" assets publish \"{built}\" \"{served}\"");
        own(Hook::Assets, format!("{built} to {served}"), script);
    }
    if !settings.warm.is_empty() {
        let routes: Vec<String> =
            settings.warm.iter().map(|route| format!("'{}'", route.replace('\'', "'\\''"))).collect();
        let script = format!("\"$CALLSHEET_PROGRAM\" warm --base \"$CALLSHEET_BASE_URL\" {}", routes.join(" "));
        own(Hook::Warm, settings.warm.join(", "), script);
    }
    called
}

fn kind_of(hook: Hook) -> &'static str {
    match hook {
        Hook::Smoke | Hook::Public => "smoke",
        other => other.word(),
    }
}

fn procedure<'a>(
    inputs: &Inputs<'a>,
    step: &Step,
    slug: &str,
    hook: Hook,
    faults: &mut Vec<PlanFault>,
) -> Option<Body<'a>> {
    let procedures = &inputs.runbook.procedures;
    let Some(found) = procedures.iter().find(|procedure| procedure.slug == slug) else {
        let known: Vec<&str> = procedures.iter().map(|procedure| procedure.slug.as_str()).collect();
        let why = format!("the runbook has no such procedure; it has: {}", known.join(", "));
        faults.push(bad(step, kind_of(hook), &format!("#{slug}"), &why));
        return None;
    };
    let steps: Vec<&Step> = found.steps.iter().collect();
    if slug == inputs.procedure || steps.is_empty() {
        let why = if steps.is_empty() { "it has no steps" } else { "it is the procedure that deploys" };
        faults.push(bad(step, kind_of(hook), &format!("#{slug}"), why));
        return None;
    }
    Some(Body::Steps { slug: slug.to_owned(), steps })
}

/// What the steps are told when they run.
const TOLD: [&str; 5] =
    ["CALLSHEET_BASE_URL", "CALLSHEET_MOMENT", "CALLSHEET_RELEASE", "CALLSHEET_VERSION", "CALLSHEET_VERSION_BEFORE"];

/// The variables that get their values when a rollout has its steps run.
pub(super) fn handed<'c>(called: &'c [Called]) -> BTreeSet<&'c str> {
    let addresses = called.iter().map(|one| one.address.as_str());
    addresses.chain(TOLD.into_iter().filter(|_| !called.is_empty())).collect()
}

/// The address is filled in when the plan is made only where it stands in the text: then it cannot be another for each moment.
pub(super) fn check_addresses(called: &[Called], faults: &mut Vec<PlanFault>) {
    for (one, step) in called.iter().flat_map(|one| one.steps().iter().map(move |step| (one, step))) {
        let pasted = |place: &&callsheet_runbook::Placeholder| {
            place.name == one.address && place.form != PlaceholderForm::Variable
        };
        if let Some(place) = step.params.iter().find(pasted) {
            faults.push(PlanFault::Unsupported {
                step: step.id.to_string(),
                line: place.line,
                what: format!(
                    "`{}` is where the release answers, which is another address at each moment: write `${}`",
                    place.text, one.address
                ),
            });
        }
    }
}

/// Steps that a rollout runs: what they would ask is asked before it begins, and they have no way back of their own. Returns what
/// is to be asked.
pub(super) fn without_questions(steps: &mut [PlannedStep], faults: &mut Vec<PlanFault>) -> Vec<Gate> {
    let mut asked = Vec::new();
    for step in steps {
        let (allowed, gates): (Vec<Gate>, Vec<Gate>) =
            std::mem::take(&mut step.gates).into_iter().partition(|gate| matches!(gate, Gate::When(_)));
        for gate in gates {
            match gate {
                Gate::Danger { .. } | Gate::Approval { .. } => asked.push(gate),
                _ => faults.push(asks(step)),
            }
        }
        step.gates = allowed;
        let asks_by_act =
            |act: &PlannedAct| matches!(act.action, Action::Person { .. } | Action::Approve { .. } | Action::Deploy(_));
        if step.acts.iter().any(asks_by_act) || step.interactive {
            faults.push(asks(step));
        }
        step.on_failure = OnFailure::Stop;
        step.parallel = None;
        step.undo = None;
        step.rollback = false;
    }
    asked
}

fn asks(step: &PlannedStep) -> PlanFault {
    PlanFault::Unsupported {
        step: step.id.to_string(),
        line: step.line,
        what: "a release has this step run by itself, so it can ask nobody and bring out nothing".to_owned(),
    }
}

/// A script as a step.
pub(super) fn script_step(context: &Context, called: &Called) -> Option<PlannedStep> {
    let Body::Script { id, script, in_doubt } = &called.body else { return None };
    let action = Action::Shell { argv: context.run.shell.clone(), script: script.clone() };
    let retry = context.run.retry;
    Some(PlannedStep {
        id: StepId::new(id.clone()),
        title: called.name.clone(),
        line: called.line,
        kind: if *in_doubt == InDoubt::Again { StepKind::Check } else { StepKind::Command },
        gates: Vec::new(),
        acts: vec![PlannedAct { line: called.line, choice: None, action, expects: Vec::new() }],
        standby: Vec::new(),
        parallel: None,
        timeout: context.run.timeout,
        retry: Retry { again: 0, ..retry },
        in_doubt: *in_doubt,
        on_failure: OnFailure::Stop,
        undo: None,
        interactive: false,
        rollback: false,
        danger: Vec::new(),
        inferred: Vec::new(),
    })
}

/// Tells the deploy act in this line what it has run, and its step what is asked for that.
pub(super) fn hand_over(steps: &mut [PlannedStep], called: &Called, range: Range<usize>, gates: Vec<Gate>) {
    for step in steps {
        let Some(act) = step.acts.iter_mut().find(|act| act.line == called.line) else { continue };
        let Action::Deploy(order) = &mut act.action else { continue };
        let (first, count) = (StepIndex(range.start as u32), range.len() as u32);
        let planned = called.moments.iter().map(|&(hook, after)| PlannedHook {
            hook,
            after,
            name: called.name.clone(),
            first,
            count,
        });
        order.hooks.extend(planned);
        order.hooks.sort_by_key(|planned| planned.hook);
        step.gates.extend(gates.into_iter().filter(|gate| !step.gates.contains(gate)).collect::<Vec<_>>());
        return;
    }
}
