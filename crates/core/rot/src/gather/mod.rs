//! Reads the claims out of a runbook: what its commands, words, links, queries and dates take for granted.

mod brackets;
mod commands;
mod files;
mod hosts;
mod lexer;
mod prose;
mod quotes;
mod services;
mod sql;
mod tables;
mod tasks;
mod versions;
mod walk;

#[cfg(test)]
mod tests;

use callsheet_diag::{SourceText, Span};
use callsheet_runbook::document::BlockKind;
use callsheet_runbook::fences::{Language, Role, read_acts, role};
use callsheet_runbook::{ActKind, Document, FactValue, FlowCall, PlaceholderForm, Procedure, Reading, Runs, StepKind};

use crate::claim::{Claim, Claimed};
use crate::dates::days;
use crate::own::OwnCommand;
use walk::Walk;

/// What claims are read from.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The runbook's text.
    pub source: &'a SourceText,
    /// The runbook as read.
    pub reading: &'a Reading,
    /// Callsheet's own command line.
    pub own: &'a OwnCommand,
}

/// All claims, in order of place, each once.
pub fn claims(asked: &Asked<'_>) -> Vec<Claim> {
    let document = Document::read(asked.source);
    let mut walk = Walk::new(asked);
    for procedure in &asked.reading.runbook.procedures {
        walk.begin();
        procedure.steps.iter().for_each(|step| step_claims(&mut walk, step));
    }
    loose_fences(&mut walk, asked, &document);
    let mut found = walk.found;
    prose::claims(asked, &document, &mut found);
    control(asked, &mut found);
    found.extend(asked.reading.runbook.procedures.iter().filter(|one| changes_something(one)).map(|procedure| Claim {
        span: asked.source.line_span(procedure.at.line),
        what: Claimed::Rehearsal { slug: procedure.slug.clone() },
    }));
    found.sort_by(|a, b| (a.span.start, &a.what).cmp(&(b.span.start, &b.what)));
    found.dedup();
    found
}

fn step_claims<'a>(walk: &mut Walk<'a>, step: &'a callsheet_runbook::Step) {
    walk.enter(Some(step));
    for one in step.params.iter().filter(|one| one.form == PlaceholderForm::Variable) {
        let span = on_line(walk.asked.source, one.line, &one.text);
        walk.claim(span, Claimed::Variable { name: one.name.clone() });
    }
    for act in step.acts.iter().filter(|act| act.kind != ActKind::Manual) {
        match step.runs {
            Some(Runs::Shell | Runs::Verb) => walk.script(act.line, &act.command),
            Some(Runs::Sql) => sql::claims(walk, act.line, &act.command, step.attributes.db.as_deref()),
            Some(Runs::Hurl) => flow(walk, act.line, &act.command),
            Some(Runs::Promql) | None => {}
        }
    }
}

/// A flow in the runbook, or those of the files that it calls: what these ask stands where they are called.
fn flow(walk: &mut Walk<'_>, line: u32, command: &str) {
    let Some(call) = FlowCall::read(command) else {
        return hosts::flow(walk, command, &|number, address| (number - 1 + line, address.to_owned()));
    };
    for path in &call.files {
        if let Some(Ok(file)) = walk.asked.reading.runbook.flows.files.get(path) {
            hosts::flow(walk, &file.text, &|_, _| (line, path.clone()));
        }
    }
    let mut options = call.options.iter();
    while let Some(option) = options.next() {
        if let ("--variables-file", Some(word)) = (option.as_str(), options.clone().next()) {
            files::variables(walk, line, word);
        }
    }
}

/// Commands and queries that stand in no step: under a heading that only explains, say. They are pasted all the same.
fn loose_fences(walk: &mut Walk<'_>, asked: &Asked<'_>, document: &Document) {
    let steps = || asked.reading.runbook.procedures.iter().flat_map(|procedure| &procedure.steps);
    for block in &document.blocks {
        let BlockKind::Fence(fence) = &block.kind else { continue };
        let in_step = steps().any(|step| step.span.start <= block.span.start && block.span.start < step.span.end);
        let Role::Commands(language) = role(fence, "") else { continue };
        if in_step || fence.indented {
            continue;
        }
        walk.begin();
        walk.enter(None);
        for act in read_acts(fence, language).acts.iter().filter(|act| act.kind != ActKind::Manual) {
            match language {
                Language::Shell | Language::Session => walk.script(act.line, &act.command),
                Language::Sql => {
                    let named = fence.info.split(['{', '}', ' ']).find_map(|word| word.strip_prefix("db="));
                    sql::claims(walk, act.line, &act.command, named);
                }
                _ => {}
            }
        }
    }
}

/// Whether a rehearsal would show something: a command, not only checks and a person's acts.
fn changes_something(procedure: &Procedure) -> bool {
    procedure.steps.iter().any(|step| step.kind == StepKind::Command && step.runs.is_some())
}

/// Dates of review: the next one as stated, else the last one and how often.
fn control(asked: &Asked<'_>, found: &mut Vec<Claim>) {
    let facts = &asked.reading.runbook.facts;
    let stated = |wanted: &'static [&'static str]| {
        facts.iter().find_map(move |fact| match &fact.value {
            FactValue::Control { name, value, date } if wanted.contains(&name.as_str()) => {
                Some((fact.line, value.as_str(), date.as_deref().and_then(days)))
            }
            _ => None,
        })
    };
    if let Some((line, value, Some(due))) = stated(&["next review"]) {
        let what = Claimed::Review { due, stated: format!("was due on {value}") };
        found.push(Claim { span: on_line(asked.source, line, value), what });
        return;
    }
    let last = stated(&["last review", "last verified", "last tested", "last updated"]);
    if let (Some((line, value, Some(last))), Some((_, cycle, _))) = (last, stated(&["review cycle"]))
        && let Some(every) = cycle_days(cycle)
    {
        let stated = format!("is due {}, and the last was on {value}", cycle.to_lowercase());
        found.push(Claim {
            span: on_line(asked.source, line, value),
            what: Claimed::Review { due: last + every, stated },
        });
    }
}

/// The longest that may pass between two reviews.
fn cycle_days(cycle: &str) -> Option<i64> {
    let lower = cycle.to_lowercase();
    [
        ("week", 7),
        ("half", 184),
        ("semi", 184),
        ("6 months", 184),
        ("six months", 184),
        ("quarter", 92),
        ("3 months", 92),
        ("three months", 92),
        ("month", 31),
        ("annual", 366),
        ("year", 366),
    ]
    .into_iter()
    .find(|(word, _)| lower.contains(word))
    .map(|(_, days)| days)
}

/// Where `words` stand on a line; the whole line if they do not.
fn on_line(source: &SourceText, line: u32, words: &str) -> Span {
    let whole = source.line_span(line);
    let content = source.slice(whole);
    let first = words.lines().next().unwrap_or_default();
    match content.find(first).filter(|_| !first.is_empty()) {
        Some(at) => Span::new(whole.start + at, whole.start + at + first.len()),
        None => {
            let blank = content.len() - content.trim_start().len();
            Span::new(whole.start + blank, whole.start + content.trim_end().len().max(blank))
        }
    }
}
