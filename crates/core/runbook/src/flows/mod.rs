//! HTTP flows among the steps: in a fence of their own, or in `.hurl` files that a fence, a link or a call of `hurl` names.
//!
//! What they capture is set for all that follows, what they use must be given.

mod call;
mod surroundings;

use std::collections::{BTreeSet, HashSet};

pub use call::{FlowCall, GivenVariable};
use callsheet_flow::Flow;
pub use surroundings::{FlowFile, FlowSurroundings, FlowWants};

use crate::document::{BlockKind, Document};
use crate::fences::{Language, split_info};
use crate::model::{Act, ActKind, ExpectTest, Inferred, Placeholder, PlaceholderForm, Procedure, Runs, Step};
use crate::placeholders::is_secret_name;
use crate::shell::simple_commands;
use crate::words::phrases;

/// The attribute by which a fence names its file.
pub const FILE: &str = "file";

/// Names that the flows of a document and of the files beside it capture.
pub(crate) fn captured(document: &Document, around: &FlowSurroundings) -> Vec<String> {
    let fences = document.blocks.iter().filter_map(|block| match &block.kind {
        BlockKind::Fence(fence) if Language::named(split_info(&fence.info).0) == Language::Hurl => Some(fence),
        _ => None,
    });
    let texts = fences.map(|fence| fence.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n"));
    let files = around.files.values().flatten().map(|file| file.text.clone());
    let flows = texts.chain(files).filter_map(|text| callsheet_flow::read(&text).ok());
    flows.flat_map(|flow| flow.captures().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Settles which steps are flows, adds the variables that these take from outside, and says what the caller should look up.
/// `set` are the variables that the document sets.
pub(crate) fn settle(procedures: &mut [Procedure], around: &FlowSurroundings, set: &HashSet<String>) -> FlowWants {
    let mut wants = FlowWants::default();
    let mut wanted = BTreeSet::new();
    // Parts of one section may run one after the other, in one shell.
    let mut moved: Option<(Option<String>, bool)> = None;
    for procedure in procedures {
        let mut moves = moved.take().is_some_and(|(parent, moves)| moves && parent == procedure.parent);
        for step in &mut procedure.steps {
            if is_call(step, moves) {
                let call = FlowCall::read(&step.acts[0].command).unwrap_or_default();
                let all_found = call.files.iter().all(|file| matches!(around.files.get(file), Some(Ok(_))));
                wanted.extend(call.files);
                if all_found {
                    step.runs = Some(Runs::Hurl);
                }
            }
            moves |= step.runs == Some(Runs::Shell) && goes_elsewhere(step);
            if step.runs == Some(Runs::Hurl) {
                wanted.extend(
                    step.acts.iter().filter_map(|act| FlowCall::read(&act.command)).flat_map(|call| call.files),
                );
                wants.program |= settle_flow(step, around, set);
            }
        }
        moved = Some((procedure.parent.clone(), moves));
    }
    wants.files = wanted.into_iter().collect();
    wants
}

/// The flows of an act with what they come from; those that cannot be read are left out.
pub fn flows_of(command: &str, around: &FlowSurroundings) -> Vec<(Option<FlowFile>, Flow)> {
    let Some(call) = FlowCall::read(command) else {
        return callsheet_flow::read(command).ok().map(|flow| (None, flow)).into_iter().collect();
    };
    let files = call.files.iter().filter_map(|file| around.files.get(file)?.as_ref().ok());
    files.filter_map(|file| Some((Some(file.clone()), callsheet_flow::read(&file.text).ok()?))).collect()
}

/// Whether the shell step is nothing but a call that may be carried out here: nobody reads the program's own output, and the shell
/// still stands where runs start.
fn is_call(step: &Step, moves: bool) -> bool {
    let [act] = step.acts.as_slice() else { return false };
    let reads_output = step.expects.iter().any(|expect| {
        !matches!(expect.test, ExpectTest::Exit { .. } | ExpectTest::HttpStatus { .. } | ExpectTest::Person)
    });
    step.runs == Some(Runs::Shell)
        && act.kind == ActKind::Run
        && step.attributes.shell.is_none()
        && !step.interactive
        && !reads_output
        && !moves
        && FlowCall::read(&act.command).is_some()
}

fn goes_elsewhere(step: &Step) -> bool {
    let may_go = |act: &&Act| act.kind == ActKind::Run && phrases!["cd", "pushd", "popd"].stand_in(&act.command);
    let mut commands = step.acts.iter().filter(may_go).flat_map(|act| simple_commands(&act.command));
    commands.any(|words| matches!(&*words[0], "cd" | "pushd" | "popd"))
}

/// Adds the step's needs and conclusions. Whether some flow of it wants the `hurl` program.
fn settle_flow(step: &mut Step, around: &FlowSurroundings, set: &HashSet<String>) -> bool {
    let mut wants_program = false;
    for act in step.acts.clone() {
        let call = FlowCall::read(&act.command);
        for (file, flow) in flows_of(&act.command, around) {
            for name in flow.variables() {
                let given = call.as_ref().is_some_and(|call| call.gives(name));
                if given || set.contains(name) || step.params.iter().any(|known| known.name == name) {
                    continue;
                }
                let text = format!("{{{{{name}}}}}");
                let line = act.command.lines().position(|line| line.contains(&text)).unwrap_or(0) as u32;
                step.params.push(Placeholder {
                    name: name.to_owned(),
                    text,
                    form: PlaceholderForm::Variable,
                    line: act.line + line,
                    secret: is_secret_name(name),
                });
            }
            let mut conclude = |field: &'static str, value: String| {
                step.inferred.push(Inferred { field: field.into(), value: value.into(), line: act.line });
            };
            if let Some(file) = &file {
                let count = flow.entries.len();
                conclude("flow", format!("{}, {count} request{}", file.path, if count == 1 { "" } else { "s" }));
            }
            let foreign = flow.foreign();
            wants_program |= !foreign.is_empty();
            if let (Some(first), Some(version)) = (foreign.first(), &around.program) {
                let place = match &file {
                    Some(file) => format!("{}:{}", file.path, first.at.line),
                    None => format!("line {}", act.line + first.at.line - 1),
                };
                conclude("program", format!("the installed hurl {version}: `{}` in {place}", first.name));
            }
        }
    }
    wants_program
}
