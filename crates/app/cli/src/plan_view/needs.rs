//! What comes after the steps: values to be given, ways back, what was concluded.

use std::collections::BTreeMap;

use callsheet_runbook::{Inferred, Placeholder};

use crate::plan_view::Sheet;
use crate::report::plural;
use crate::view::line::{Line, Tone, width as columns_of, wrap};

/// Conclusions that are listed.
const MOST_CONCLUSIONS: usize = 40;

/// Placeholders, with the values they have or how to give them.
pub fn to_be_given(sheet: &Sheet) -> Vec<Line> {
    let mut wanted: BTreeMap<&str, Vec<&Placeholder>> = BTreeMap::new();
    for placeholder in sheet.procedure.steps.iter().flat_map(|step| &step.params) {
        wanted.entry(&placeholder.name).or_default().push(placeholder);
    }
    if wanted.is_empty() {
        return Vec::new();
    }
    let default = |name: &str| sheet.front_matter.parameters.get(name).and_then(|declared| declared.default.clone());
    let mut lines = section("Values");
    let column = wanted.keys().map(|name| columns_of(name)).max().unwrap_or(0).clamp(8, 28) + 4;
    for (name, uses) in wanted {
        let mut numbers: Vec<u32> = uses.iter().map(|placeholder| placeholder.line).collect();
        numbers.dedup();
        let places = match numbers.as_slice() {
            [line] => format!("line {line}"),
            lines => format!("lines {}", lines.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")),
        };
        let value = sheet.plan.and_then(|plan| plan.parameters.get(name));
        let variable = sheet.plan.and_then(|plan| plan.variables.get(name));
        let secret = uses.iter().any(|placeholder| placeholder.secret);
        let line = Line::of(Tone::Plain, "  ").and(Tone::Strong, name).pad_to(column);
        let line = match (value.map(|value| &value.value).or(variable), secret) {
            (_, true) => line.and(Tone::Attention, "secret: comes from the environment"),
            (Some(value), _) => line.and(Tone::Good, value),
            (None, _) if sheet.plan.is_some() => line.and(Tone::Plain, "comes from the environment"),
            (None, _) if default(name).is_some() => line.and(Tone::Good, default(name).unwrap_or_default()),
            (None, _) => line.and(Tone::Attention, format!("--param {name}=…")),
        };
        lines.push(line.and(Tone::Faint, format!("  {places}")));
    }
    lines
}

/// The rollbacks that the plan may lead to.
pub fn ways_back(sheet: &Sheet) -> Vec<Line> {
    let Some(plan) = sheet.plan else { return Vec::new() };
    let undone = plan.steps.iter().filter(|step| step.undo.is_some()).count();
    if plan.rollbacks.is_empty() && undone == 0 {
        return Vec::new();
    }
    let mut lines = section("Ways back");
    for rollback in &plan.rollbacks {
        let count = plural(rollback.count as usize, "step");
        let line = Line::of(Tone::Plain, "  ").and(Tone::Active, format!("#{}", rollback.slug));
        lines.push(line.and(Tone::Plain, format!("  {}", rollback.title)).and(Tone::Faint, format!("  {count}")));
    }
    if undone > 0 {
        lines.push(Line::of(
            Tone::Plain,
            format!(
                "  {} with an undoing of {} own",
                plural(undone, "step"),
                if undone == 1 { "its" } else { "their" }
            ),
        ));
    }
    lines
}

/// What the reader concluded, with the line that says so.
pub fn concluded(sheet: &Sheet, width: usize) -> Vec<Line> {
    let steps = &sheet.procedure.steps;
    let numbers = super::step::numbers(steps);
    let inferred = (0..steps.len()).flat_map(|at| steps[at].inferred.iter().map(move |one| (at, one)));
    let inferred: Vec<_> = inferred.filter(|(_, one)| !is_shown_with_its_step(one)).collect();
    if inferred.is_empty() {
        return Vec::new();
    }
    let mut lines = section("Concluded, not written (an attribute in the fence's info string overrules it)");
    for (at, one) in inferred.iter().take(MOST_CONCLUSIONS) {
        let number = &numbers[*at];
        let lead = format!("  line {:<5} step {:<3} {:<12} ", one.line, number, one.field);
        let parts = wrap(&one.value, width.saturating_sub(lead.len()));
        for (index, part) in parts.into_iter().enumerate() {
            let lead = if index == 0 { lead.clone() } else { " ".repeat(lead.len()) };
            lines.push(Line::of(Tone::Faint, lead).and(Tone::Plain, part));
        }
    }
    if inferred.len() > MOST_CONCLUSIONS {
        lines.push(Line::of(
            Tone::Faint,
            format!("  … {} more; `--format json` has all", inferred.len() - MOST_CONCLUSIONS),
        ));
    }
    lines
}

/// What stands at the step or among the values already, and what nobody would doubt.
fn is_shown_with_its_step(one: &Inferred) -> bool {
    let plain_kind = one.field == "kind" && matches!(&*one.value, "command" | "manual");
    plain_kind
        || matches!(
            &*one.field,
            "expects"
                | "danger"
                | "params"
                | "flow"
                | "program"
                | "alternative"
                | "condition"
                | "optional"
                | "undo"
                | "rollback_to"
        )
}

fn section(heading: &str) -> Vec<Line> {
    vec![Line::new(), Line::of(Tone::Strong, heading)]
}
