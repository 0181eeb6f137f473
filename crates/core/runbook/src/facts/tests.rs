//! Facts of small texts, one line each: `line type value; value; …`, absent values left out.

use callsheet_diag::SourceText;

use super::extract;
use crate::document::Document;
use crate::model::{Fact, FactValue, Threshold};

fn compact(fact: &Fact) -> String {
    let duration = |name: &str, value: &Option<callsheet_base::Duration>| {
        value.map(|length| format!("{name} {length}")).unwrap_or_default()
    };
    let text =
        |name: &str, value: &Option<String>| value.as_ref().map(|text| format!("{name}{text}")).unwrap_or_default();
    let (kind, parts) = match &fact.value {
        FactValue::Alert(threshold) => ("alert", measured(threshold)),
        FactValue::Objective(threshold) => ("objective", measured(threshold)),
        FactValue::Severity { name, meaning, respond_within, resolve_within, first_level } => (
            "severity",
            vec![
                name.clone(),
                text("", meaning),
                duration("respond", respond_within),
                duration("resolve", resolve_within),
                text("first ", first_level),
            ],
        ),
        FactValue::Escalation { level, from, until, who, note, respond_within, handles, authority } => (
            "escalation",
            vec![
                level.clone(),
                duration("from", from),
                duration("until", until),
                who.clone(),
                text("", note),
                duration("responds", respond_within),
                text("handles ", handles),
                text("may ", authority),
            ],
        ),
        FactValue::Contact { name, reach } => ("contact", vec![name.clone(), reach.clone()]),
        FactValue::Param { name, value, note, secret } => (
            "param",
            vec![
                name.clone(),
                text("= ", value),
                text("", note),
                if *secret { "secret".to_owned() } else { String::new() },
            ],
        ),
        FactValue::Trigger { condition, threshold, action } => (
            "trigger",
            vec![
                condition.clone(),
                text("-> ", action),
                threshold.as_ref().map(|t| measured(t).join(" ")).unwrap_or_default(),
            ],
        ),
        FactValue::Schedule { what, when, cron, offset } => {
            ("schedule", vec![what.clone(), when.clone(), text("cron ", cron), duration("offset", offset)])
        }
        FactValue::Control { name, value, date } => ("control", vec![name.clone(), value.clone(), text("date ", date)]),
        FactValue::Template { name, fields, .. } => ("template", vec![name.clone(), fields.join(" ")]),
    };
    let parts: Vec<String> =
        parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
    format!("{} {kind} {}", fact.line, parts.join("; "))
}

fn measured(threshold: &Threshold) -> Vec<String> {
    let mut figure = threshold.comparator.clone().unwrap_or_default().into_owned();
    if let Some(value) = threshold.figure {
        figure.push_str(&format!(" {value}"));
    }
    if let Some(unit) = &threshold.unit {
        figure.push_str(&format!(" {unit}"));
    }
    let window = threshold.window.map(|window| format!("for {window}")).unwrap_or_default();
    vec![
        threshold.metric.clone(),
        figure,
        window,
        threshold.severity.clone().unwrap_or_default(),
        threshold.note.clone().unwrap_or_default(),
    ]
}

fn facts_of(markdown: &str) -> Vec<Fact> {
    let source = SourceText::new("a.md", markdown);
    extract(&Document::read(&source), &source)
}

#[track_caller]
fn check(markdown: &str, expected: &str) {
    let shown: Vec<String> = facts_of(markdown).iter().map(compact).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(shown, expected, "in\n{markdown}");
}

mod alert;
mod control;
mod escalation;
mod objective;
mod param;
mod robust;
mod schedule;
mod severity;
mod template;
mod trigger;
mod wrapped;
