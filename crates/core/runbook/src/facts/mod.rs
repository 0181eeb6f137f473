//! What a runbook states that is no step: alerts, objectives, severities, escalation, contacts, triggers, schedules, control,
//! templates, parameters. One file per type of fact; the rest reads figures, units, times and what stands around a line.

mod alerts;
mod cadence;
mod comparators;
mod conditions;
mod contacts;
mod control;
mod cues;
mod dates;
mod escalation;
mod figures;
mod front_matter;
mod indicators;
mod key_lines;
mod long_lines;
mod metric_names;
mod objectives;
mod outline;
mod params;
mod prometheus;
mod promises;
mod schedules;
mod sections;
mod severities;
mod severity_names;
mod spans_of_time;
mod templates;
mod threshold_tables;
mod thresholds;
mod topics;
mod triggers;
mod unanswered;
mod units;
mod upkeep;
mod wrapped;
pub(crate) mod written;

#[cfg(test)]
mod tests;

use callsheet_diag::SourceText;

use crate::document::Document;
use crate::model::{Fact, FactValue};
use cues::Cues;
use outline::{Element, FenceAt, Outline, Statement, TableAt};
use params::Names;
use topics::Topics;
use wrapped::Sentences;

/// The facts of a document, in the order of their lines. Never fails; linear in the text's length.
pub fn extract(document: &Document, source: &SourceText) -> Vec<Fact> {
    let sentences = Sentences::of(document);
    let outline = Outline::of(document, &sentences);
    let mut found = Found { source, facts: Vec::new(), names: Names::of(&outline.fences) };
    front_matter::read(document, &mut found);
    for element in &outline.elements {
        match element {
            Element::Statement(at) => statement(&outline, &outline.statements[*at], &mut found),
            Element::Table(at) => table(&outline.tables[*at], &mut found),
            Element::Fence(at) => fence(&outline, &outline.fences[*at], &mut found),
        }
    }
    found.facts.sort_by_key(|fact| fact.line);
    found.facts
}

/// What has been found so far.
struct Found<'s> {
    source: &'s SourceText,
    facts: Vec<Fact>,
    names: Names,
}

impl Found<'_> {
    /// States a fact of 1-based `line`; the same value is stated once per line.
    fn push(&mut self, line: u32, value: FactValue) {
        let again = self.facts.iter().rev().take_while(|fact| fact.line == line).any(|fact| fact.value == value);
        if !again {
            let text = beginning(self.source.line(line).trim()).to_owned();
            self.facts.push(Fact { line, text, value });
        }
    }
}

/// As much of the words as a fact shows.
fn beginning(text: &str) -> &str {
    if text.len() <= 400 {
        return text;
    }
    let end = text.char_indices().nth(400).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// One sentence, or one line of words: what it is taken for first, it is taken for only; parameters and schedules may stand beside.
fn statement(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) {
    let before = found.facts.len();
    let (cues, own, near) = (at.cues, at.around.own, at.around.within);
    let keyed = cues.any(Cues::COLON);
    let levels = near | own;
    let measures = Cues::FIGURE.and(Cues::ROW).and(Cues::CALL);
    let claimed = keyed && templates::list(outline, at, found)
        || (keyed || cues.any(Cues::LAST)) && control::statement(outline, at, found)
        || (levels.has(Topics::SEVERITY) || cues.any(Cues::RESPOND)) && severities::statement(outline, at, found)
        || (levels.has(Topics::ESCALATION) || cues.any(Cues::ESCALATE)) && escalation::statement(outline, at, found)
        || (levels.has(Topics::TRIGGER) || cues.any(Cues::UNDO) || at.lower.starts_with("if "))
            && triggers::statement(outline, at, found)
        || keyed && objectives::statement(outline, at, found)
        || (cues.any(measures) || own.has(Topics::ALERT)) && alerts::statement(outline, at, found)
        || (keyed || levels.has(Topics::CONTACT)) && contacts::statement(at, found)
        || promises::statement(at, found);
    let timed = Cues::RECURRENCE.and(Cues::FIGURE).and(Cues::OFFSET).and(Cues::COLON).and(Cues::STAR);
    if !claimed && cues.any(timed) {
        schedules::statement(outline, at, found);
    }
    params::statement(at, found);
    upkeep::statement(at, found);
    unanswered::statement(at, found);
    if !at.breaks.is_empty() {
        for fact in &mut found.facts[before..] {
            fact.text = beginning(at.words.text.trim()).to_owned();
        }
    }
}

fn table(at: &TableAt<'_>, found: &mut Found<'_>) {
    let _ = control::table(at, found)
        || params::table(at, found)
        || severities::table(at, found)
        || triggers::table(at, found)
        || escalation::table(at, found)
        || contacts::table(at, found)
        || schedules::table(at, found)
        || threshold_tables::table(at, found);
}

fn fence(outline: &Outline<'_>, at: &FenceAt<'_>, found: &mut Found<'_>) {
    if templates::fence(outline, at, found) || prometheus::fence(at, found) {
        return;
    }
    triggers::fence(outline, at, found);
    objectives::fence(at, found);
    alerts::fence(at, found);
    schedules::fence(outline, at, found);
    contacts::fence(at, found);
    params::fence(at, found);
}
