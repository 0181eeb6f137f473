//! From a step's acts to actions.

use callsheet_access::ApprovalRule;
use callsheet_runbook::{Act, ActKind, Expect, Runs, Step, StepKind};

use super::Context;
use super::called::compile_called;
use super::gates::approval_rule;
use super::verbs::compile_verbs;
use crate::fill::{Place, fill_shell, fill_words};
use crate::{Action, PlanFault, PlannedAct};

pub(super) fn compile_acts(
    context: &Context,
    step: &Step,
    places: &[Place],
    faults: &mut Vec<PlanFault>,
) -> Vec<PlannedAct> {
    let mut acts = match step.runs {
        None => by_hand(context, step, places, faults),
        Some(Runs::Shell) => in_shell(context, step, places, faults),
        Some(Runs::Verb) => compile_verbs(context, step, places, faults),
        Some(Runs::Hurl | Runs::Sql | Runs::Promql) => compile_called(context, step, places, faults),
    };
    // What is expected of the whole step is judged where its last output is.
    let whole = step.expects.iter().filter(|expect| expect.act.is_none());
    if let Some(last) = acts.iter_mut().rev().find(|act| matches!(act.action, Action::Shell { .. })) {
        last.expects.extend(whole.cloned());
        let states_exit = last.expects.iter().any(|expect| matches!(expect.test, crate::ExpectTest::Exit { .. }));
        if let Some(status) = step.attributes.expect_exit.filter(|_| !states_exit) {
            let test = crate::ExpectTest::Exit { status };
            let text = format!("expect_exit={status}");
            last.expects.push(Expect { test, text, line: step.at.line, act: None, inferred: false });
        }
    }
    acts
}

/// A step that a person does: an approval, a wait, or an instruction with the command it names.
fn by_hand(context: &Context, step: &Step, places: &[Place], faults: &mut Vec<PlanFault>) -> Vec<PlannedAct> {
    let act =
        |line: u32, choice: Option<String>, action: Action| PlannedAct { line, choice, action, expects: Vec::new() };
    let title = fill_words(&step.title, places);
    if let Some(wait) = step.wait.filter(|_| step.kind == StepKind::Wait) {
        let action = Action::Wait { least: wait.least, most: wait.most, from_run_start: wait.from_run_start };
        return vec![act(step.at.line, None, action)];
    }
    if step.kind == StepKind::Approve {
        let rule: ApprovalRule = approval_rule(context, step, context.inputs.config.approvals.prose.as_ref(), faults);
        return vec![act(step.at.line, None, Action::Approve { rule, words: title })];
    }
    let done: Vec<&Act> = step.acts.iter().filter(|act| act.kind != ActKind::Standby).collect();
    let one_instruction = done.iter().all(|act| act.kind == ActKind::Run) || done.len() == 1;
    if one_instruction {
        let commands = done.iter().filter(|act| act.kind == ActKind::Run);
        let offers: Vec<String> = commands.map(|act| offer(context, step, act, places, faults)).collect();
        let offers = (!offers.is_empty()).then(|| offers.join("\n"));
        return vec![act(step.at.line, None, Action::Person { instruction: title, offers })];
    }
    let planned = done.into_iter().map(|one| {
        let (instruction, offers) = match one.kind {
            ActKind::Run => (title.clone(), Some(offer(context, step, one, places, faults))),
            ActKind::Manual | ActKind::Standby => (fill_words(&one.command, places), None),
        };
        act(one.line, one.choice.clone(), Action::Person { instruction, offers })
    });
    planned.collect()
}

/// A command that a person may paste is guarded like one that runs.
fn offer(context: &Context, step: &Step, act: &Act, places: &[Place], faults: &mut Vec<PlanFault>) -> String {
    script(step, act.line, &act.command, places, &context.run.shell, faults)
}

/// Neighbouring commands run as one script; after one with an expectation of its own the script is cut, so that nothing runs on a
/// check that fails.
fn in_shell(context: &Context, step: &Step, places: &[Place], faults: &mut Vec<PlanFault>) -> Vec<PlannedAct> {
    let argv: Vec<String> = match &step.attributes.shell {
        Some(written) => written.split_whitespace().map(str::to_owned).collect(),
        None => context.run.shell.clone(),
    };
    let mut planned: Vec<PlannedAct> = Vec::new();
    let mut open = false;
    for (at, act) in step.acts.iter().enumerate() {
        let action = match act.kind {
            ActKind::Standby => continue,
            ActKind::Manual => Action::Person { instruction: fill_words(&act.command, places), offers: None },
            ActKind::Run => Action::Shell {
                argv: argv.clone(),
                script: script(step, act.line, &act.command, places, &argv, faults),
            },
        };
        let expects: Vec<Expect> = step.expects.iter().filter(|expect| expect.act == Some(at)).cloned().collect();
        let closes = !expects.is_empty() || act.kind != ActKind::Run;
        match (planned.last_mut(), action) {
            (
                Some(PlannedAct { action: Action::Shell { script, .. }, choice, expects: own, .. }),
                Action::Shell { script: more, .. },
            ) if open && *choice == act.choice => {
                script.push('\n');
                script.push_str(&more);
                own.extend(expects);
            }
            (_, action) => planned.push(PlannedAct { line: act.line, choice: act.choice.clone(), action, expects }),
        }
        open = !closes;
    }
    planned
}

/// A command with its places filled in, as the shell may read it.
pub(super) fn script(
    step: &Step,
    line: u32,
    command: &str,
    places: &[Place],
    argv: &[String],
    faults: &mut Vec<PlanFault>,
) -> String {
    let program = argv.first().map_or("", |program| program.rsplit('/').next().unwrap_or(program));
    let bourne = matches!(program, "bash" | "sh" | "dash" | "zsh" | "ksh");
    match fill_shell(command, places, bourne) {
        Ok(script) => script,
        Err(refused) => {
            faults.extend(refused.into_iter().map(|refused| PlanFault::UnsafeValue {
                name: refused.name,
                line: line.max(step.at.line) + refused.line,
                why: refused.why.to_owned(),
            }));
            command.to_owned()
        }
    }
}
