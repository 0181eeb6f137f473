//! What a runbook states beside its steps, for the front matter: one line each, below its type.

use std::collections::BTreeMap;

use callsheet_runbook::{Fact, FactValue};
use serde_json::Value;

use crate::yaml;

/// The types that the front matter keeps, in the order in which they are written.
const TYPES: [&str; 7] = ["control", "objective", "alert", "severity", "escalation", "trigger", "schedule"];

/// The facts that belong into the front matter, each once, by type.
fn kept(facts: &[Fact]) -> BTreeMap<usize, Vec<String>> {
    let mut found: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for fact in facts {
        let Some((kind, value)) = typed(&fact.value) else { continue };
        let Some(at) = TYPES.iter().position(|one| *one == kind) else { continue };
        let line = yaml::flow(&value);
        let lines = found.entry(at).or_default();
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    found
}

fn typed(value: &FactValue) -> Option<(String, Value)> {
    let Ok(Value::Object(mut map)) = serde_json::to_value(value) else { return None };
    let kind = map.remove("type")?.as_str()?.to_owned();
    Some((kind, map.remove("value")?))
}

/// The lines below `facts:`, and how many facts they hold.
pub(crate) fn lines(facts: &[Fact], indent: &str) -> (Vec<String>, usize) {
    let mut lines = Vec::new();
    let mut count = 0;
    for (at, values) in kept(facts) {
        lines.push(format!("{indent}{}:", TYPES[at]));
        count += values.len();
        lines.extend(values.iter().map(|value| format!("{indent}{indent}- {value}")));
    }
    (lines, count)
}
