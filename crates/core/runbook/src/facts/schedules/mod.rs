//! What happens when: times of day, frequencies, phases with durations, reminders before and after something.

mod code;
mod labels;
mod phrases;
mod tables;

pub(super) use code::fence;
pub(super) use labels::mark_times;
pub(super) use tables::table;

use super::Found;
use super::cadence::{clock, cron, literal_cron, recurrence};
use super::conditions::clauses;
use super::outline::{Outline, Place, Statement};
use super::topics::Topics;
use crate::model::FactValue;

/// Keys whose value says when the section's work is done.
const KEYS: [&str; 22] = [
    "time",
    "when",
    "frequency",
    "schedule",
    "cadence",
    "interval",
    "how often",
    "recurrence",
    "cron",
    "window",
    "maintenance window",
    "run",
    "runs",
    "occurs",
    "start time",
    "scheduled",
    "day",
    "hours",
    "business hours",
    "rotation",
    "timing",
    "review schedule",
];

fn push(
    line: u32,
    what: &str,
    when: &str,
    cron: Option<String>,
    offset: Option<callsheet_base::Duration>,
    found: &mut Found<'_>,
) {
    let what = what.trim().trim_matches([':', ' ', ',', '-', '–', '—', '.', '(', ';', '*']).to_owned();
    let when = when.trim().trim_matches([' ', ',', ';', '.']).to_owned();
    found.push(line, FactValue::Schedule { what, when, cron, offset });
}

/// Reads a line that says when something happens; `true` if it does.
pub(super) fn statement(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    if is_contents_link(at) {
        return false;
    }
    if let Some(done) = key_line(outline, at, found) {
        return done;
    }
    if at.place == Place::Heading || is_label(at) {
        return labels::label(outline, at, found);
    }
    let mut any = false;
    for clause in clauses(at.text) {
        any |= phrases::clause(outline, at, clause, found);
    }
    any
}

/// A line of a table of contents.
fn is_contents_link(at: &Statement<'_>) -> bool {
    at.words.marks.iter().any(|mark| {
        matches!(mark.kind, crate::document::MarkKind::Link { .. }) && mark.range.len() + 6 >= at.words.text.len()
    })
}

fn is_label(at: &Statement<'_>) -> bool {
    let bold = at.words.lead().is_some_and(|(_, rest)| {
        at.words.text[rest.min(at.words.text.len())..].chars().all(|c| !c.is_alphabetic())
            || at.words.text[rest.min(at.words.text.len())..].trim_start().starts_with('(')
    });
    bold && at.text.len() <= 100
}

fn key_line(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> Option<bool> {
    if at.place == Place::Heading {
        return None;
    }
    let (key, value) = at.keyed?;
    let lower_key = key.to_ascii_lowercase();
    if !KEYS.contains(&lower_key.as_str()) {
        return None;
    }
    let value_lower = value.to_ascii_lowercase();
    let known = recurrence(&value_lower);
    let says_when = known.is_some()
        || clock(&value_lower).is_some()
        || literal_cron(value).is_some()
        || matches!(lower_key.as_str(), "frequency" | "schedule" | "cadence" | "how often" | "recurrence")
            && !value.is_empty()
            && value.len() <= 80;
    if !says_when || at.around.topics.has(Topics::TEMPLATE) {
        return Some(false);
    }
    let name = outline.lead(&at.around).map_or_else(|| outline.heading(&at.around), |lead| lead.text);
    let implied = labels::above_frequency(outline, at.around.section);
    let phrase = match (&known, implied) {
        (None, Some(word)) if !value_lower.contains("as needed") && clock(&value_lower).is_some() => {
            format!("{value}, {word}")
        }
        _ => value.to_owned(),
    };
    let line = literal_cron(value).map(str::to_owned).or_else(|| cron(&phrase));
    push(at.line, strip_numbering(name), &phrase, line, None, found);
    Some(true)
}

fn strip_numbering(text: &str) -> &str {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' '));
    if rest.is_empty() { text } else { rest }
}
