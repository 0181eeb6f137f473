//! The attribute `when=`: a parameter compared with a value, or what became of an earlier step.

use std::collections::BTreeMap;

use callsheet_runbook::Step;

use super::Context;
use crate::{PlanFault, StepIndex, When};

/// `None`: nothing written, or a fault was added.
pub(super) fn compile(
    context: &Context,
    step: &Step,
    index: &BTreeMap<&str, StepIndex>,
    own: StepIndex,
    faults: &mut Vec<PlanFault>,
) -> Option<When> {
    let written = step.attributes.when.as_deref()?;
    let compiled = compared(context, written).unwrap_or_else(|| outcome(written, index, step, own));
    match compiled {
        Ok(when) => Some(when),
        Err(why) => {
            faults.push(PlanFault::BadAttribute {
                step: step.id.to_string(),
                line: step.at.line,
                attribute: format!("when={written}"),
                why,
            });
            None
        }
    }
}

/// `$NAME == value`, `$NAME != value`. `None`: it is no comparison.
fn compared(context: &Context, written: &str) -> Option<Result<When, String>> {
    let (left, right, equal) = match written.split_once("==") {
        Some((left, right)) => (left, right, true),
        None => written.split_once("!=").map(|(left, right)| (left, right, false))?,
    };
    let name = left.trim().trim_matches('"').trim_start_matches('$').trim_matches(['{', '}']);
    let wanted = right.trim().trim_matches(['"', '\'']);
    let declared = context.inputs.runbook.front_matter.parameters.get(name).and_then(|one| one.default.clone());
    let value = context.values.parameters.get(name).map(|parameter| parameter.value.clone());
    let value = value.or_else(|| context.inputs.given.get(name).cloned()).or(declared);
    Some(match value {
        Some(value) => Ok(When::Known { text: written.to_owned(), holds: (value == wanted) == equal }),
        None => Err(format!("`{name}` is no parameter with a value; declare it in the front matter")),
    })
}

/// `step.failed`, `step.done`, `step.skipped`.
fn outcome(written: &str, index: &BTreeMap<&str, StepIndex>, step: &Step, own: StepIndex) -> Result<When, String> {
    let wrong = || "write `$NAME == value`, `$NAME != value`, or `step.failed`, `step.done`, `step.skipped`".to_owned();
    let (id, state) = written.trim().rsplit_once('.').ok_or_else(wrong)?;
    let earlier = index.get(id).copied().filter(|earlier| *earlier < own);
    let earlier = earlier.ok_or_else(|| format!("`{id}` is no step before `{}`", step.id))?;
    match state {
        "failed" => Ok(When::Failed(earlier)),
        "done" | "ok" | "succeeded" => Ok(When::Done(earlier)),
        "skipped" => Ok(When::Skipped(earlier)),
        _ => Err(wrong()),
    }
}
