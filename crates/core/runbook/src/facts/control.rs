//! Document control: version, owner, dates of review.

use super::Found;
use super::cadence::recurrence;
use super::dates::date_in;
use super::key_lines::{key_value, segments};
use super::outline::{Outline, Place, Statement, TableAt};
use super::topics::Topics;
use crate::model::FactValue;
use crate::words::phrases;

/// Keys that are document control wherever they stand, with the name we give them.
const ALWAYS: &[(&str, &str)] = &[
    ("version", "version"),
    ("runbook version", "version"),
    ("document version", "version"),
    ("doc version", "version"),
    ("revision", "version"),
    ("owner", "owner"),
    ("owners", "owner"),
    ("runbook owner", "owner"),
    ("document owner", "owner"),
    ("maintained by", "owner"),
    ("maintainer", "owner"),
    ("maintainers", "owner"),
    ("owned by", "owner"),
    ("owning team", "owner"),
    ("owner team", "owner"),
    ("service owner", "owner"),
    ("team owner", "owner"),
    ("responsible team", "owner"),
    ("author", "author"),
    ("authors", "author"),
    ("prepared by", "author"),
    ("written by", "author"),
    ("approved by", "approved by"),
    ("approver", "approved by"),
    ("reviewed by", "reviewed by"),
    ("updated by", "updated by"),
    ("last updated by", "updated by"),
    ("last updated", "last updated"),
    ("last update", "last updated"),
    ("last modified", "last updated"),
    ("updated", "last updated"),
    ("updated on", "last updated"),
    ("date updated", "last updated"),
    ("last revised", "last updated"),
    ("last_updated", "last updated"),
    ("last review", "last review"),
    ("last reviewed", "last review"),
    ("last review date", "last review"),
    ("last_reviewed", "last review"),
    ("reviewed on", "last review"),
    ("last verified", "last verified"),
    ("last tested", "last tested"),
    ("last rehearsed", "last tested"),
    ("last drill", "last tested"),
    ("last changed", "last updated"),
    ("last edited", "last updated"),
    ("last change", "last updated"),
    ("date of last change", "last updated"),
    ("review again by", "next review"),
    ("verify again by", "next review"),
    ("next revision", "next review"),
    ("revision due", "next review"),
    ("next check", "next review"),
    ("next review", "next review"),
    ("next review date", "next review"),
    ("review due", "next review"),
    ("next_review", "next review"),
    ("review by", "next review"),
    ("review cycle", "review cycle"),
    ("review frequency", "review cycle"),
    ("review cadence", "review cycle"),
];

/// Keys that are document control at the head of the document or under a heading that says so.
const AT_HEAD: [&str; 23] = [
    "target environment",
    "environment",
    "status",
    "document status",
    "classification",
    "audience",
    "scope",
    "applies to",
    "service",
    "service name",
    "system",
    "application",
    "team",
    "department",
    "effective date",
    "created",
    "created on",
    "date",
    "date created",
    "document id",
    "document type",
    "service tier",
    "tier",
];

/// Reads a key line, or several on one line.
pub(super) fn statement(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    if !at.text.contains(':') && !at.lower.starts_with("last ") || at.text.len() > 400 {
        return false;
    }
    let head = at_head(outline, at);
    let mut any = false;
    for segment in segments(at.text).flat_map(told) {
        let pair = key_value(segment).or_else(|| bare_date(segment));
        if let Some((key, value)) = pair {
            any |= read(at.line, key, value, at, head, found);
        }
    }
    any
}

/// The parts of "Owner: x. Version: 3. Verify again by 2026-01-02.", if more than one is document control.
fn told(segment: &str) -> Vec<&str> {
    let parts: Vec<&str> = segment.split(". ").map(|part| part.trim().trim_end_matches('.')).collect();
    let known = |part: &&&str| {
        let pair = key_value(part).or_else(|| bare_date(part));
        pair.is_some_and(|(key, _)| control_name(&key.to_ascii_lowercase(), true).is_some())
    };
    if parts.len() > 1 && parts.iter().filter(known).count() > 1 { parts } else { vec![segment] }
}

/// "Last updated 2026-01-02", without a colon.
fn bare_date(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_matches(['_', '*', ' ']);
    let lower = text.to_ascii_lowercase();
    let key = [
        "last updated",
        "last reviewed",
        "last modified",
        "last tested",
        "last verified",
        "last changed",
        "verify again by",
        "review again by",
        "next review",
    ]
    .iter()
    .find(|key| lower.starts_with(**key))?;
    let value = text[key.len()..].trim_start_matches(|c: char| !c.is_alphanumeric());
    let value = value.strip_prefix("on ").unwrap_or(value);
    date_in(value)?;
    Some((&text[..key.len()], value))
}

fn at_head(outline: &Outline<'_>, at: &Statement<'_>) -> bool {
    let section = outline.sections.get(at.around.section);
    at.around.topics.has(Topics::CONTROL)
        || at.place == Place::Prose
            && section.is_none_or(|section| section.level <= 1)
            && at.line < outline.begins + 40
            && at.around.lead.is_none()
}

fn read(line: u32, key: &str, value: &str, at: &Statement<'_>, head: bool, found: &mut Found<'_>) -> bool {
    let key = key.to_ascii_lowercase();
    let Some(name) = control_name(&key, head) else { return false };
    let checkbox = matches!(at.place, Place::Item { checkbox: true, .. });
    if checkbox || at.around.topics.has(Topics::TEMPLATE) || !plausible(name, value) {
        return false;
    }
    push(line, name, value, found);
    true
}

/// A key with its value outside running text (front matter).
pub(super) fn pair(line: u32, key: &str, value: &str, found: &mut Found<'_>) {
    if let Some(name) = control_name(key, false).filter(|name| plausible(name, value)) {
        push(line, name, value, found);
    }
}

fn control_name(key: &str, head: bool) -> Option<&'static str> {
    ALWAYS
        .iter()
        .find(|(word, _)| *word == key)
        .map(|(_, name)| *name)
        .or_else(|| AT_HEAD.iter().find(|word| head && **word == key).copied())
}

fn plausible(name: &str, value: &str) -> bool {
    if value.is_empty() || value.len() > 160 {
        return false;
    }
    match name {
        "version" => {
            value.trim_start_matches(['v', 'V', '`']).starts_with(|c: char| c.is_ascii_digit())
                && value.split_whitespace().count() <= 4
        }
        "last updated" | "last review" | "next review" | "last tested" | "last verified" => {
            value.bytes().any(|b| b.is_ascii_digit())
                || value.starts_with(['[', '{', '<'])
                || phrases!["tbd", "n/a", "never", "yyyy", "quarterly", "monthly"].begin(&value.to_ascii_lowercase())
        }
        _ => value.split_whitespace().count() <= 14,
    }
}

fn push(line: u32, name: &str, value: &str, found: &mut Found<'_>) {
    let value = value.trim_matches(['`', '*', ' ']).to_owned();
    let lower = value.to_ascii_lowercase();
    if let Some(cadence) = (name.contains("review") && !name.ends_with("by")).then(|| recurrence(&lower)).flatten() {
        let when = lower[cadence.start..cadence.end].to_owned();
        found.push(
            line,
            FactValue::Schedule { what: "review of this runbook".to_owned(), when, cron: cadence.cron, offset: None },
        );
    }
    found.push(line, FactValue::Control { name: name.to_owned(), date: date_in(&value), value });
}

/// Reads a table of versions: the one with the latest date is this document's. `true` if it is one.
fn history(at: &TableAt<'_>, found: &mut Found<'_>) -> bool {
    let column = |wanted: &[&str]| {
        at.table.header.iter().position(|cell| {
            let name = cell.text.trimmed();
            wanted.iter().any(|word| name.eq_ignore_ascii_case(word))
        })
    };
    let version = column(&["version", "revision", "rev", "ver"]);
    let date = column(&["date", "changed", "changed on", "updated", "last updated", "released"]);
    let (Some(version), Some(date)) = (version, date) else { return false };
    let told =
        column(&["author", "by", "who", "note", "notes", "change", "changes", "comment", "description", "summary"]);
    let latest = at
        .table
        .rows
        .iter()
        .filter_map(|row| Some((date_in(&row.get(date)?.text.plain())?, row)))
        .max_by(|(one, _), (other, _)| one.cmp(other));
    let (Some(_), Some((_, row))) = (told, latest) else { return false };
    for (name, column) in [("version", version), ("last updated", date)] {
        let Some(cell) = row.get(column) else { continue };
        let value = cell.text.plain();
        if plausible(name, value.trim()) {
            push(cell.line, name, value.trim(), found);
        }
    }
    true
}

/// Reads a two-column table of keys and values; its header may be the first pair. `true` if it is one.
pub(super) fn table(at: &TableAt<'_>, found: &mut Found<'_>) -> bool {
    if at.table.header.len() != 2 {
        return history(at, found);
    }
    let titled = at.around.topics.has(Topics::CONTROL);
    let rows: Vec<(u32, String, String)> = std::iter::once(&at.table.header)
        .chain(&at.table.rows)
        .filter_map(|row| {
            Some((
                row.first()?.line,
                row.first()?.text.plain().trim().trim_end_matches(':').to_ascii_lowercase(),
                row.get(1)?.text.plain().into_owned(),
            ))
        })
        .collect();
    let known = rows
        .iter()
        .filter(|(_, key, value)| control_name(key, true).is_some_and(|name| plausible(name, value.trim())))
        .count();
    if known < 2 && !(titled && known > 0) || known * 3 < rows.len() {
        return false;
    }
    for (line, key, value) in &rows {
        if let Some(name) = control_name(key, true).filter(|name| plausible(name, value.trim())) {
            push(*line, name, value.trim(), found);
        }
    }
    true
}
