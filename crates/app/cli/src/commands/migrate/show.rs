//! What findings and steps look like.

use callsheet_databases::migrate::Outcome;
use callsheet_migrations::{Applied, Engine, Finding, Severity, Step, Way, current};
use serde_json::{Value, json};

use crate::screen::Screen;

/// `FILE:LINE: severity[rule]: what`, and the hint below.
pub(super) fn finding(finding: &Finding, screen: Screen) -> String {
    let paint = screen.out;
    let severity = match finding.severity {
        Severity::Error => paint.bold_red("error"),
        Severity::Warning => paint.bold_yellow("warning"),
        Severity::Note => paint.bold_cyan("note"),
    };
    let place = finding.place();
    let place = if place.is_empty() { String::new() } else { format!("{}: ", paint.cyan(&place)) };
    let hint = finding.hint.lines().map(|line| format!("      {line}\n")).collect::<String>();
    format!("{place}{severity}[{}]: {}\n{}", finding.rule, finding.what, paint.dim(&hint))
}

/// A step to come.
pub(super) fn planned(step: &Step, engine: Engine, screen: Screen) -> String {
    let paint = screen.out;
    let sign = if step.way == Way::Up { "↑" } else { "↓" };
    let from = match step.from {
        0 => String::new(),
        done => format!(", goes on behind its first {done} statements"),
    };
    let mut text =
        format!("  {sign} {}  {}\n", paint.bold(step.title()), paint.dim(format!("{}{from}", step.script.file)));
    for (line, what) in step.script.destroys(engine) {
        text.push_str(&format!("      {} line {line} {what}\n", paint.bold_yellow("!")));
    }
    text
}

pub(super) fn step_json(step: &Step, engine: Engine) -> Value {
    let destroys: Vec<Value> =
        step.script.destroys(engine).into_iter().map(|(line, what)| json!({ "line": line, "what": what })).collect();
    json!({
        "revision": step.revision, "name": step.name, "way": step.way, "file": step.script.file, "from_statement": step.from,
        "stored": step.is_stored(), "destroys": destroys,
    })
}

pub(super) fn outcome_json(outcome: &Outcome, engine: Engine) -> Value {
    let steps: Vec<Value> = outcome.steps.iter().map(|step| step_json(step, engine)).collect();
    json!({
        "schema": "callsheet.migrate/1", "done": steps, "notes": outcome.notes, "current": current(&outcome.history),
    })
}

/// Where the database is, in words.
pub(super) fn whereabouts(history: &[Applied]) -> String {
    match history.iter().rev().find(|applied| applied.is_whole()) {
        Some(applied) => format!("at {}", applied.title()),
        None => "at no revision".to_owned(),
    }
}
