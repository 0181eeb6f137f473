//! What makes a team roll back: lists of trigger conditions, "if …, roll back", alerts whose action is a rollback.

use super::Found;
use super::conditions::{clauses, if_then, is_idle, undo_if, undoes};
use super::outline::{FenceAt, Outline, Place, Statement, TableAt, human};
use super::thresholds::comparison;
use super::topics::Topics;
use crate::model::FactValue;
use crate::words::phrases;

/// A trigger with its condition as numbers where it has them.
pub(super) fn push(line: u32, condition: &str, action: Option<&str>, found: &mut Found<'_>) {
    let condition = condition.trim().trim_end_matches(['.', ',', ':', ';']).to_owned();
    let threshold = comparison(&condition).map(|comparison| comparison.threshold);
    let action =
        action.map(|action| action.trim().trim_end_matches(['.', ';']).to_owned()).filter(|action| !action.is_empty());
    found.push(line, FactValue::Trigger { condition, threshold, action });
}

/// Reads an item under "trigger conditions", or a sentence that says when to roll back.
pub(super) fn statement(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    if matches!(at.place, Place::Item { .. }) && lists_triggers(outline, at) && !denied(outline, at) && !is_link(at) {
        push(at.line, at.text, None, found);
        return true;
    }
    if at.place == Place::Heading {
        return false;
    }
    let introduces = at.text.ends_with(':') && outline.below(at.index).next().is_some();
    introduced(outline, at, found) || !introduces && sentence(&|clause| at.line_of(clause), at.text, &at.lower, found)
}

/// The label says so, or it is a heading directly under one that does.
fn lists_triggers(outline: &Outline<'_>, at: &Statement<'_>) -> bool {
    let parent = outline.sections.get(at.around.section).and_then(|section| outline.sections.get(section.parent?));
    at.around.own.has(Topics::TRIGGER)
        || at.around.lead.is_none()
            && !at.around.own.has(Topics::WORK)
            && parent.is_some_and(|parent| parent.own.has(Topics::TRIGGER))
}

/// The list says when not to.
fn denied(outline: &Outline<'_>, at: &Statement<'_>) -> bool {
    let label = outline.lead(&at.around).map_or(outline.heading(&at.around).to_lowercase(), |lead| lead.lower.clone());
    phrases!["not roll", "n't roll", "not to roll", "not revert", "n't revert", "n’t roll", "avoid"].stand_in(&label)
}

fn is_link(at: &Statement<'_>) -> bool {
    at.words.marks.iter().any(|mark| {
        matches!(&mark.kind, crate::document::MarkKind::Link { target } if target.starts_with('#'))
            && mark.range.len() + 4 >= at.words.text.trim().len()
    })
}

/// "If serious problems appear (a, b):" above acts that undo.
fn introduced(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    let Some(rest) = at.lower.strip_prefix("if ").filter(|_| at.text.ends_with(':')) else { return false };
    let Some(first) = outline.below(at.index).next() else { return false };
    if !undoes(&first.lower) {
        return false;
    }
    let words = &at.text[at.text.len() - rest.len()..];
    let inner = words
        .split_once('(')
        .and_then(|(_, tail)| tail.split_once(')'))
        .map(|(inner, _)| inner)
        .filter(|inner| inner.contains(','));
    match inner {
        Some(list) => list
            .split(',')
            .map(|part| part.trim().trim_start_matches("or ").trim_start_matches("and "))
            .filter(|part| !part.is_empty())
            .for_each(|part| push(at.line, part, Some(first.text), found)),
        None => push(at.line, words, Some(first.text), found),
    }
    true
}

/// "If X, roll back." or "Roll back if X."
pub(super) fn sentence(line_of: &dyn Fn(&str) -> u32, text: &str, lower: &str, found: &mut Found<'_>) -> bool {
    if !undoes(lower) {
        return false;
    }
    for clause in clauses(text) {
        let forward = if_then(clause).filter(|found| undoes(&found.action.to_ascii_lowercase()));
        if let Some(conditional) = forward.or_else(|| undo_if(clause)).filter(|found| !is_idle(found.condition)) {
            push(line_of(conditional.condition), conditional.condition, Some(conditional.action), found);
            return true;
        }
    }
    false
}

/// Comments of a code block: "If …" under a rollback label, or a whole sentence.
pub(super) fn fence(outline: &Outline<'_>, at: &FenceAt<'_>, found: &mut Found<'_>) {
    let label_undoes = || outline.lead(&at.around).is_some_and(|lead| undoes(&lead.lower));
    for line in &at.fence.lines {
        let Some(comment) = human(&line.text).trim_start().strip_prefix('#') else { continue };
        let comment = comment.trim_start_matches(['#', ' ']);
        let lower = comment.to_ascii_lowercase();
        match lower.strip_prefix("if ") {
            Some(rest) if !is_idle(rest) && !rest.contains(',') && label_undoes() => {
                push(line.line, &comment[3..], None, found)
            }
            _ => {
                sentence(&|_| line.line, comment, &lower, found);
            }
        }
    }
}

/// A table under "rollback triggers": a row is a condition. `true` if it is one.
pub(super) fn table(at: &TableAt<'_>, found: &mut Found<'_>) -> bool {
    let header = &at.header;
    let titled = header.iter().any(|name| name.contains("rollback trigger") || name.contains("trigger condition"));
    if !(at.around.own.has(Topics::TRIGGER) || titled) {
        return false;
    }
    let action = header.iter().position(|name| phrases!["action", "response", "what to do"].stand_in(name));
    for row in &at.table.rows {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .filter(|(column, _)| Some(*column) != action)
            .map(|(_, cell)| cell.text.trimmed().into_owned())
            .filter(|cell| !cell.is_empty())
            .collect();
        let Some(line) = row.first().map(|cell| cell.line).filter(|_| !cells.is_empty()) else { continue };
        let act = action.and_then(|column| row.get(column)).map(|cell| cell.text.plain().into_owned());
        push(line, &cells.join(" "), act.as_deref(), found);
    }
    true
}
