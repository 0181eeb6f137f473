//! Headings and bold labels that say when: "Weekly report", "Diagnosis (5–15 minutes)", "Checks (first 5 minutes)".

use super::super::Found;
use super::super::cadence::{clock, cron, recurrence};
use super::super::cues::Cues;
use super::super::outline::{Outline, Place, Statement};
use super::super::sections::SectionAt;
use super::super::severity_names::coded_len;
use super::super::spans_of_time::stretch;
use super::{KEYS, push, strip_numbering};
use crate::words::phrases;

/// "daily" from the nearest heading that says so.
pub(super) fn above_frequency(outline: &Outline<'_>, section: usize) -> Option<&'static str> {
    let mut at = Some(section);
    while let Some(here) = at.and_then(|index| outline.sections.get(index)) {
        if let Some(word) = FREQUENCIES.iter().find(|word| here.title.contains(**word)) {
            return Some(word);
        }
        at = here.parent;
    }
    None
}

const FREQUENCIES: [&str; 11] = [
    "hourly",
    "daily",
    "nightly",
    "weekly",
    "biweekly",
    "fortnightly",
    "monthly",
    "quarterly",
    "annually",
    "annual",
    "yearly",
];

/// A heading or bold label: "Weekly report", "Diagnosis (5–15 minutes)", "Checks (first 5 minutes)".
pub(super) fn label(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    if let Some((name, inner)) = bracketed(at.text) {
        let lower = inner.to_ascii_lowercase();
        let name = named(outline, at, name);
        if let Some(time) = stretch(inner).filter(|_| {
            !inner.contains(['<', '>', '≤', '≥', '~'])
                && !lower.contains("within")
                && !lower.contains("less than")
                && !lower.contains("under ")
        }) {
            let offset = phrases!["before", "after", "prior"].stand_in(&lower).then(|| time.longest()).flatten();
            push(at.line, &name, inner, None, offset, found);
            return true;
        }
        if let Some(cadence) = recurrence(&lower) {
            push(at.line, &name, inner, cadence.cron, None, found);
            return true;
        }
        if let Some((_, _, Some(_))) = clock(&lower) {
            let phrase =
                above_frequency(outline, at.around.section).map_or(inner.to_owned(), |word| format!("{inner}, {word}"));
            let line = cron(&phrase);
            push(at.line, &name, &phrase, line, None, found);
            return true;
        }
    }
    if at.place != Place::Heading
        || has_times_below(outline, at.around.section)
        || within_a_schedule(outline, at.around.section)
    {
        return false;
    }
    let trimmed = strip_numbering(at.text);
    let lower = trimmed.to_ascii_lowercase();
    let Some(word) = FREQUENCIES.iter().find(|word| lower.starts_with(**word) || lower.ends_with(**word)) else {
        return false;
    };
    push(at.line, trimmed, word, cron(word), None, found);
    true
}

/// A phase is named after the severity or procedure whose label it is under.
fn named(outline: &Outline<'_>, at: &Statement<'_>, name: &str) -> String {
    let heading = outline.heading(&at.around);
    let len = coded_len(heading);
    if at.place != Place::Heading && len > 0 {
        format!("{} {}", &heading[..len], name.trim())
    } else {
        strip_numbering(name).trim().to_owned()
    }
}

fn bracketed(text: &str) -> Option<(&str, &str)> {
    let open = text.rfind('(')?;
    let inner = text[open + 1..].split(')').next()?;
    let after = text[open + 1 + inner.len()..].trim_matches([')', ':', ' ', '*']);
    (after.is_empty() && text[..open].chars().any(char::is_alphabetic)).then(|| (text[..open].trim(), inner.trim()))
}

/// Whether the section, or one inside it, gives its own time.
fn has_times_below(outline: &Outline<'_>, section: usize) -> bool {
    outline.has_times.get(section).copied().unwrap_or(false)
}

fn within_a_schedule(outline: &Outline<'_>, section: usize) -> bool {
    let above = outline.sections.get(section).and_then(|at| at.parent).and_then(|parent| outline.sections.get(parent));
    above.is_some_and(|above| above.level > 1 && FREQUENCIES.iter().any(|word| above.title.starts_with(word)))
}

/// Marks the sections in which a key line gives the time, and those around them.
pub(in super::super) fn mark_times(statements: &[Statement<'_>], sections: &[SectionAt]) -> Vec<bool> {
    let mut marked = vec![false; sections.len()];
    for statement in statements {
        let timed = statement.cues.any(Cues::COLON)
            && statement.keyed.is_some_and(|(key, value)| {
                KEYS.contains(&key.to_ascii_lowercase().as_str())
                    && (clock(&value.to_ascii_lowercase()).is_some()
                        || recurrence(&value.to_ascii_lowercase()).is_some())
            });
        let mut at = timed.then_some(statement.around.section);
        while let Some(index) = at.filter(|index| !marked.get(*index).copied().unwrap_or(true)) {
            marked[index] = true;
            at = sections[index].parent;
        }
    }
    marked
}
