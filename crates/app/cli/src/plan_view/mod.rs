//! A plan for a person's eye: what runs, what a person does, what is risky, what was concluded rather than written.

mod needs;
mod overview;
mod release;
mod step;

use std::collections::BTreeSet;

use callsheet_plan::Plan;
use callsheet_runbook::{FrontMatter, Procedure, Step, StepKind};

use crate::paint::Paint;
use crate::view::line::{Line, Tone};

pub use overview::overview;

/// One procedure, with its plan if one could be made.
pub struct Sheet<'a> {
    /// The runbook as the user named it.
    pub file: &'a str,
    /// What it says.
    pub procedure: &'a Procedure,
    /// What a run would do. `None`: something is missing.
    pub plan: Option<&'a Plan>,
    /// The service, declared parameters.
    pub front_matter: &'a FrontMatter,
    /// The environment, or empty.
    pub environment: &'a str,
}

/// The whole sheet.
pub fn render(sheet: &Sheet, width: usize, paint: Paint) -> String {
    let mut lines = heading(sheet, width);
    let numbers = step::numbers(&sheet.procedure.steps);
    for (index, step) in sheet.procedure.steps.iter().enumerate() {
        lines.push(Line::new());
        let planned = sheet.plan.and_then(|plan| plan.steps.iter().find(|planned| planned.id == step.id));
        lines.extend(step::lines(index, &sheet.procedure.steps, &numbers, planned, width));
    }
    lines.extend(needs::to_be_given(sheet));
    lines.extend(needs::ways_back(sheet));
    lines.extend(needs::concluded(sheet, width));
    text(&lines, width, paint)
}

/// Lines as text, each cut to the width.
pub fn text(lines: &[Line], width: usize, paint: Paint) -> String {
    lines.iter().map(|line| format!("{}\n", line.fit(width, paint).trim_end())).collect()
}

fn heading(sheet: &Sheet, width: usize) -> Vec<Line> {
    let name = format!("{}#{}", sheet.file, sheet.procedure.slug);
    let title = Line::of(Tone::Strong, &sheet.procedure.title);
    let mut lines = if title.width() + name.chars().count() + 2 <= width {
        vec![title.pad_to(width - name.chars().count()).and(Tone::Active, name)]
    } else {
        vec![title, Line::of(Tone::Active, name)]
    };
    let mut facts = Vec::new();
    facts.extend(sheet.front_matter.service.iter().map(|service| format!("service {service}")));
    if !sheet.environment.is_empty() {
        facts.push(format!("environment {}", sheet.environment));
    }
    let steps = &sheet.procedure.steps;
    let undoing: BTreeSet<&str> = steps.iter().filter_map(Step::undone_by).collect();
    facts.push(counts(steps.iter().filter(|step| !undoing.contains(step.id.as_str()))));
    if let Some(duration) = sheet.procedure.duration {
        facts.push(format!("about {duration}"));
    }
    if let Some(plan) = sheet.plan {
        facts.push(format!("plan {}", plan.digest().short()));
    }
    let mut line = String::new();
    for fact in facts {
        let joined = if line.is_empty() { fact.clone() } else { format!("{line} · {fact}") };
        if line.is_empty() || joined.chars().count() <= width {
            line = joined;
        } else {
            lines.push(Line::of(Tone::Faint, std::mem::replace(&mut line, fact)));
        }
    }
    lines.push(Line::of(Tone::Faint, line));
    lines
}

/// `5 steps: 3 run by themselves, 2 by a person`.
pub fn counts<'s>(steps: impl Iterator<Item = &'s Step> + Clone) -> String {
    let count = steps.clone().count();
    let total = crate::report::plural(count, "step");
    let by_person = steps.clone().filter(|step| step.runs.is_none() && step.kind != StepKind::Wait).count();
    let dangerous = steps.filter(|step| !step.danger.is_empty()).count();
    let mut text = match (count - by_person, by_person) {
        (0, 0) => return "no steps".to_owned(),
        (_, 0) => total,
        (0, _) => format!("{total}, all by a person"),
        (_, people) => format!("{total}, {people} by a person"),
    };
    if dangerous > 0 {
        text.push_str(&format!(", {dangerous} dangerous"));
    }
    text
}

/// `label` in a column of its own, then text in as many lines as it needs.
fn labelled(label: &str, tone: Tone, words: &str, width: usize) -> Vec<Line> {
    const INDENT: usize = 5;
    const COLUMN: usize = 15;
    let mut lines = Vec::new();
    for (index, part) in crate::view::line::wrap(words, width.saturating_sub(COLUMN)).into_iter().enumerate() {
        let line = Line::of(Tone::Plain, " ".repeat(INDENT)).and(tone, if index == 0 { label } else { "" });
        lines.push(line.pad_to(COLUMN).and(Tone::Plain, part));
    }
    lines
}
