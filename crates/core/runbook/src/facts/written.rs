//! Facts that the front matter states: they overrule what the text says of the same thing, and count once.

use callsheet_diag::SourceText;
use serde_json::{Value, json};

use crate::document::Document;
use crate::model::{Fact, FactValue, FrontMatter, Threshold};

/// The keys below `facts:`.
const TYPES: [&str; 7] = ["control", "objective", "alert", "severity", "escalation", "trigger", "schedule"];

/// Why an entry below `facts:` is none of ours.
pub(crate) struct WrittenFault {
    /// The key that it stands below.
    pub(crate) kind: String,
    /// What is wrong with it.
    pub(crate) message: String,
}

/// The facts below `facts:`; the first that cannot be taken. Another tool's `facts` is no fault.
pub(crate) fn read(facts: &Value) -> (Vec<FactValue>, Option<WrittenFault>) {
    let (mut found, mut fault) = (Vec::new(), None);
    let Some(map) = facts.as_object() else { return (found, None) };
    for (kind, values) in map.iter().filter(|(kind, _)| TYPES.contains(&kind.as_str())) {
        for value in values.as_array().into_iter().flatten() {
            match serde_json::from_value(json!({ "type": kind, "value": value })) {
                Ok(value) => found.push(value),
                Err(error) if fault.is_none() => {
                    fault = Some(WrittenFault { kind: kind.clone(), message: error.to_string() });
                }
                Err(_) => {}
            }
        }
    }
    (found, fault)
}

/// Adds the front matter's facts to those of the text. One that the text states, too, is not stated again; where the text says
/// otherwise of the same thing, the front matter counts.
pub(crate) fn merge(
    mut facts: Vec<Fact>,
    front_matter: &FrontMatter,
    document: &Document,
    source: &SourceText,
) -> Vec<Fact> {
    let (written, _) = read(&front_matter.facts);
    let missing: Vec<&FactValue> =
        written.iter().filter(|value| !facts.iter().any(|fact| fact.value == **value)).collect();
    if missing.is_empty() {
        return facts;
    }
    let line = line(document, source);
    for value in missing {
        let same = |fact: &&mut Fact| subject(&fact.value) == subject(value) && !written.contains(&fact.value);
        match facts.iter_mut().find(same).filter(|_| subject(value).is_some()) {
            Some(fact) => fact.value = value.clone(),
            None => facts.push(Fact { line, text: "facts in the front matter".to_owned(), value: value.clone() }),
        }
    }
    facts.sort_by_key(|fact| fact.line);
    facts
}

/// What a fact is about: two facts about the same thing cannot both hold.
fn subject(value: &FactValue) -> Option<(&'static str, String, String)> {
    let lower = |text: &str| text.to_lowercase();
    let of =
        |kind, one: &Threshold| Some((kind, lower(&one.metric), lower(&format!("{:?} {:?}", one.note, one.severity))));
    match value {
        FactValue::Alert(one) => of("alert", one),
        FactValue::Objective(one) => of("objective", one),
        FactValue::Severity { name, .. } => Some(("severity", lower(name), String::new())),
        FactValue::Escalation { level, .. } => Some(("escalation", lower(level), String::new())),
        FactValue::Schedule { what, .. } => Some(("schedule", lower(what), String::new())),
        FactValue::Control { name, .. } => Some(("control", lower(name), String::new())),
        FactValue::Contact { .. }
        | FactValue::Param { .. }
        | FactValue::Trigger { .. }
        | FactValue::Template { .. } => None,
    }
}

/// The line of `facts:`.
pub(crate) fn line(document: &Document, source: &SourceText) -> u32 {
    let Some(front) = &document.front_matter else { return 1 };
    let at = source.slice(front.span).lines().position(|line| line.starts_with("facts:"));
    front.line + at.unwrap_or_default() as u32
}

#[cfg(test)]
mod tests {
    use callsheet_diag::SourceText;

    use crate::model::{Fact, FactValue};

    const TABLE: &str = "# T\n\n## Severity levels\n\n| Severity | Response time |\n|---|---|\n| SEV1 | 15 minutes |\n";

    fn facts(front: &str) -> Vec<Fact> {
        let facts = crate::read(&SourceText::new("a.md", format!("{front}{TABLE}"))).runbook.facts;
        facts.into_iter().filter(|fact| matches!(fact.value, FactValue::Severity { .. })).collect()
    }

    fn respond_within(fact: &Fact) -> String {
        match &fact.value {
            FactValue::Severity { respond_within, .. } => {
                respond_within.map(|time| time.to_string()).unwrap_or_default()
            }
            _ => String::new(),
        }
    }

    #[test]
    fn a_fact_of_both_counts_once() {
        let front = "---\nfacts:\n  severity:\n    - {name: SEV1, respond_within: 15m}\n---\n";
        assert_eq!(facts(front).len(), facts("").len());
    }

    #[test]
    fn the_front_matter_overrules_the_text() {
        let front = "---\nfacts:\n  severity:\n    - {name: SEV1, respond_within: 5m}\n    - {name: SEV9}\n---\n";
        let found = facts(front);
        let times: Vec<String> = found.iter().map(respond_within).collect();
        assert_eq!(times, ["", "5m"], "{found:?}");
        assert_eq!(found[0].line, 2);
    }

    #[test]
    fn a_wrong_fact_is_reported_and_others_are_not_ours() {
        let codes = |front: &str| -> Vec<u16> {
            let reading = crate::read(&SourceText::new("a.md", format!("{front}{TABLE}")));
            reading.diagnostics.iter().map(|one| one.code.0).collect()
        };
        assert!(codes("---\nfacts:\n  severity:\n    - {level: 1}\n---\n").contains(&13));
        assert!(!codes("---\nfacts: {moons: 2}\n---\n").contains(&13));
    }
}
