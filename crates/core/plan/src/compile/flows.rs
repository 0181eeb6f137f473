//! HTTP flows as scripts: the text goes with the plan, in a here-document for Callsheet's own program.
//!
//! What the flow captures comes back on a descriptor of its own, as assignments for the run's shell. Values that a call of `hurl` gives
//! are exported by the shell itself, so that no process list shows them.

use std::collections::BTreeMap;

use callsheet_base::Digest;
use callsheet_flow::Flow;
use callsheet_runbook::shell::is_name;
use callsheet_runbook::{Act, ActKind, FILE, FlowCall, FlowFile, Step, flows_of};

use super::Context;
use super::acts::script;
use super::called::{Refused, end_mark, refuse_unsafe};
use crate::fill::{Place, fill_plain};
use crate::{Action, PlanFault, PlannedAct};

/// The acts of a step that is made of flows: one for each text.
pub(super) fn compile_flows(
    context: &Context,
    step: &Step,
    places: &[Place],
    faults: &mut Vec<PlanFault>,
) -> Vec<PlannedAct> {
    let mut acts: Vec<PlannedAct> = Vec::new();
    for (at, act) in step.acts.iter().enumerate().filter(|(_, act)| act.kind == ActKind::Run) {
        let made = match FlowCall::read(&act.command) {
            Some(_) => from_files(context, step, act, places, faults),
            None => here(context, step, act, places, faults).map(|script| vec![script]),
        };
        match made {
            Ok(scripts) => acts.extend(scripts.into_iter().map(|script| {
                let action = Action::Shell { argv: context.run.shell.clone(), script };
                PlannedAct { line: act.line, choice: act.choice.clone(), action, expects: Vec::new() }
            })),
            Err(refused) => faults.push(refused.fault(step, act.line)),
        }
        // An act of several files is judged where its last output is.
        if let Some(last) = acts.last_mut() {
            last.expects.extend(step.expects.iter().filter(|expect| expect.act == Some(at)).cloned());
        }
    }
    acts
}

/// Whether every flow of the step can be read and only reads.
pub(super) fn only_reads(context: &Context, step: &Step) -> bool {
    let around = &context.inputs.runbook.flows;
    step.acts.iter().all(|act| {
        let flows = flows_of(&act.command, around);
        let wanted = FlowCall::read(&act.command).map_or(1, |call| call.files.len());
        flows.len() == wanted && flows.iter().all(|(_, flow)| flow.only_reads())
    })
}

/// The files whose text became part of the plan, by the path where they were found.
pub(super) fn files(context: &Context, steps: &[&Step]) -> BTreeMap<String, Digest> {
    let acts = steps.iter().filter(|step| step.runs == Some(callsheet_runbook::Runs::Hurl)).flat_map(|step| &step.acts);
    let flows = acts.flat_map(|act| flows_of(&act.command, &context.inputs.runbook.flows));
    flows.filter_map(|(file, _)| file).map(|file| (file.path, Digest::of(file.text.as_bytes()))).collect()
}

fn here(
    context: &Context,
    step: &Step,
    act: &Act,
    places: &[Place],
    faults: &mut Vec<PlanFault>,
) -> Result<String, Refused> {
    if let Some(path) = step.attributes.other.get(FILE) {
        let why = "the fence holds a flow of its own; take out the one or the other".to_owned();
        return Err(Refused::Attribute { attribute: format!("{FILE}={path}"), why });
    }
    let text = fill_plain(&act.command, places).unwrap_or_else(|refused| {
        refuse_unsafe(act, refused, faults);
        act.command.clone()
    });
    Told { context, text: &text, file: None, call: &FlowCall::default() }.script()
}

fn from_files(
    context: &Context,
    step: &Step,
    act: &Act,
    places: &[Place],
    faults: &mut Vec<PlanFault>,
) -> Result<Vec<String>, Refused> {
    let filled = script(step, act.line, &act.command, places, &context.run.shell, faults);
    let refused = |what: String, hint: &str| Refused::Text { line: 0, what, hint: Some(hint.to_owned()) };
    let call = FlowCall::read(&filled).ok_or_else(|| {
        refused("with these values it is no call of `hurl` any more".to_owned(), "give values that stand in one word")
    })?;
    let scripts = call.files.iter().map(|path| match context.inputs.runbook.flows.files.get(path) {
        Some(Ok(file)) => Told { context, text: &file.text, file: Some(file), call: &call }.script(),
        Some(Err(why)) => {
            let hint = "the path counts from where runs start, or from the runbook's folder";
            Err(refused(format!("the flow `{path}` {why}"), hint))
        }
        None => Err(refused(format!("nobody looked for the flow `{path}`"), "name a file that ends in `.hurl`")),
    });
    scripts.collect()
}

/// A flow's text and what goes with it to the program.
struct Told<'a> {
    context: &'a Context<'a>,
    text: &'a str,
    /// `None`: it stands in the runbook.
    file: Option<&'a FlowFile>,
    call: &'a FlowCall,
}

impl Told<'_> {
    fn script(&self) -> Result<String, Refused> {
        let flow = callsheet_flow::read(self.text).map_err(|error| self.refused(&error))?;
        if let Some(foreign) = flow.foreign().first().filter(|_| self.context.inputs.runbook.flows.program.is_none()) {
            return Err(self.refused(&foreign.fault()));
        }
        let exports = self.exports(&flow)?;
        let options = self.options();
        let (text, end) = (self.text.trim_end_matches('\n'), end_mark(self.text, "FLOW"));
        // Standard output goes on as the step's.
        Ok(format!(
            "{{ callsheet_captures=$({exports}exec \"$CALLSHEET_PROGRAM\" flow --captures 3{options} 3>&1 >&4 4>&- <<'{end}'\n{text}\n{end}\n); }} 4>&1\neval \"$callsheet_captures\"; unset callsheet_captures"
        ))
    }

    /// Given variables with their values, then those that the shell has.
    fn exports(&self, flow: &Flow) -> Result<String, Refused> {
        let given = |name: &str| self.call.variables.iter().any(|given| given.name == name);
        let mut exports: String = self.call.variables.iter().map(|given| format!("export {}; ", given.word)).collect();
        let mut free: Vec<&str> = flow.variables().into_iter().filter(|name| !given(name)).collect();
        if let Some(name) = free.iter().find(|name| !is_name(name) && !self.call.gives(name)) {
            let what = format!("`{{{{{name}}}}}` cannot be a shell variable, which is where its value would come from");
            let hint = "use letters, digits and `_` in its name".to_owned();
            return Err(Refused::Text { line: 0, what, hint: Some(hint) });
        }
        free.retain(|name| is_name(name));
        if !free.is_empty() {
            exports.push_str(&format!("export {}; ", free.join(" ")));
        }
        Ok(exports)
    }

    fn options(&self) -> String {
        let mut options = String::new();
        if let Some(file) = self.file {
            options.push_str(&format!(" --name {}", quoted(&file.path)));
            let folder = file.folder();
            if !self.call.options.iter().any(|option| option == "--file-root") && !folder.is_empty() {
                let root = if folder.starts_with('/') { "" } else { "\"$CALLSHEET_ROOT\"/" };
                options.push_str(&format!(" --file-root {root}{}", quoted(folder)));
            }
        }
        for given in self.call.variables.iter().filter(|given| given.secret) {
            options.push_str(&format!(" --secret {}", given.name));
        }
        for word in &self.call.options {
            options.push_str(&format!(" {word}"));
        }
        options
    }

    fn refused(&self, error: &callsheet_flow::FlowError) -> Refused {
        match self.file {
            Some(file) => Refused::Text {
                line: 0,
                what: format!("{}:{}:{}: {}", file.path, error.at.line, error.at.column, error.message),
                hint: error.hint.clone(),
            },
            None => Refused::Text {
                line: error.at.line - 1,
                what: format!(
                    "this HTTP flow cannot be {}: {}",
                    if error.unsupported { "run" } else { "read" },
                    error.message
                ),
                hint: error.hint.clone(),
            },
        }
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
