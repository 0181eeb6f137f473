//! Environment variables in tables, lists and running text.

use super::super::Found;
use super::super::outline::{Place, Statement, TableAt};
use super::super::topics::Topics;
use super::{is_shout, samples, state, unnamed};
use crate::words::{Phrases, phrases};

/// Variables in backticks, and what a sentence says is needed without naming it.
pub(in super::super) fn statement(at: &Statement<'_>, found: &mut Found<'_>) {
    if at.place == Place::Heading {
        return;
    }
    let codes: Vec<&str> = at.words.codes().take(64).collect();
    if !codes.is_empty() && !profiles(at, &codes, found) {
        let secret = speaks_of_secrets(&at.lower);
        for code in &codes {
            variable(at, code.trim(), codes.len(), secret, found);
            samples::placeholders(at.line_of(code), code, found);
        }
    }
    unnamed::statement(at, found);
}

/// The sentence says "secret" outside a variable's name.
fn speaks_of_secrets(lower: &str) -> bool {
    lower.match_indices("secret").any(|(at, word)| {
        let after = lower[at + word.len()..].trim_start_matches('s');
        !lower[..at].ends_with(['_', '-', '/']) && !after.starts_with(['_', '-', '/', '='])
    })
}

/// "Profiles: `dev`, `staging`, `prod`".
fn profiles(at: &Statement<'_>, codes: &[&str], found: &mut Found<'_>) -> bool {
    let Some((key, _)) = at.keyed else { return false };
    let key = key.to_ascii_lowercase();
    if codes.len() < 2
        || !["profiles", "environments", "regions", "modes", "log levels"].contains(&key.as_str())
        || codes.iter().any(|code| code.len() > 24 || code.contains(['/', ' ', '=']))
    {
        return false;
    }
    state(at.line, key.trim_end_matches('s'), Some(&codes.join(", ")), Some("choice"), false, true, found);
    true
}

fn variable(at: &Statement<'_>, code: &str, count: usize, secret: bool, found: &mut Found<'_>) {
    let bare = code.trim_start_matches("export ").trim_start_matches('$').trim_matches(['{', '}']);
    let (name, value) = match bare.split_once('=') {
        Some((name, value)) => (name.trim(), Some(value.trim())),
        None => (bare, None),
    };
    let listed =
        at.around.own.has(Topics::VARIABLES) || at.around.within.has(Topics::VARIABLES) && at.place != Place::Prose;
    let beside =
        count > 2 && at.words.codes().take(64).filter(|code| is_shout(code.trim()) && code.contains('_')).count() >= 2;
    let listed = listed || beside;
    let named =
        is_shout(name) && (name.contains('_') || value.is_some() || listed && name.len() >= 4 && !is_verb(name));
    if !named || is_status(name) || name.ends_with('_') {
        return;
    }
    let begins = at.text.trim_start_matches('`').starts_with(name) || at.text.starts_with(code);
    let rest = if begins && count == 1 {
        at.text[at.text.find(code).map_or(0, |start| start + code.len())..]
            .trim_matches([' ', ':', '-', '–', '—', '.', '`'])
    } else {
        ""
    };
    let rest = rest
        .strip_prefix('(')
        .and_then(|inner| inner.strip_suffix(')'))
        .filter(|inner| !inner.contains('('))
        .unwrap_or(rest);
    let required = at.lower.contains("required") || at.lower.contains("must be set");
    let (value, note) = match (value, rest) {
        (Some(value), rest) => (Some(value), Some(rest)),
        (None, "required") => (None, Some("required")),
        (None, "") => (None, required.then_some("required").or_else(|| introduction(at, count))),
        (None, rest) => (Some(rest), required.then_some("required")),
    };
    state(at.line_of(code), name, value, note, secret, false, found);
}

/// What stands before the colon of an enumeration: "Secrets needed in production".
fn introduction<'s>(at: &Statement<'s>, count: usize) -> Option<&'s str> {
    let (words, _) = at.text.split_once(": ")?;
    (count > 1 && words.len() <= 80).then(|| words.trim())
}

fn is_verb(name: &str) -> bool {
    [
        "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "SELECT", "INSERT", "UPDATE", "TODO", "ERROR", "WARN", "INFO",
        "DEBUG", "FATAL", "JSON", "HTTP", "HTTPS", "NULL", "TRUE", "FALSE", "FLUSHALL", "FLUSHDB", "READY", "HEALTHY",
        "PENDING", "FAILED", "MAIN", "README", "GRANT", "CREATE", "ALTER", "DROP",
    ]
    .contains(&name)
}

/// Error codes and states are no variables.
fn is_status(name: &str) -> bool {
    phrases!["ERR_", "ERROR_", "HTTP_2", "HTTP_4", "HTTP_5", "STATUS_", "SIG_", "E_"].begin(name)
        || name.ends_with("_ERROR")
        || name.ends_with("_EXCEEDED")
        || name.ends_with("_FAILED")
        || name.ends_with("_REFUSED")
}

/// A table of variables. `true` if it is one.
pub(in super::super) fn table(at: &TableAt<'_>, found: &mut Found<'_>) -> bool {
    let header = &at.header;
    let column = |words: &Phrases| header.iter().position(|name| words.stand_in(name));
    fn text(row: &[crate::document::Cell], column: usize) -> std::borrow::Cow<'_, str> {
        row.get(column).map(|cell| cell.text.trimmed()).unwrap_or_default()
    }
    let shouted = |column: usize| {
        at.table.rows.iter().filter(|row| names(&text(row, column)).next().is_some()).count() * 2 > at.table.rows.len()
    };
    let Some(name) = (0..header.len().min(3)).find(|column| shouted(*column)) else { return false };
    let keyed = header.iter().any(|name| {
        phrases!["variable", "env", "name", "key", "setting", "parameter", "secret", "config", "option"].stand_in(name)
    });
    let underscored = at.table.rows.iter().any(|row| text(row, name).contains('_'));
    if !(keyed || at.around.topics.has(Topics::VARIABLES))
        || !underscored && !header.iter().any(|name| name.contains("variable") || name.contains("env"))
    {
        return false;
    }
    let value =
        column(phrases!["example", "default", "value", "sample", "production"]).filter(|column| *column != name);
    let required = column(phrases!["required", "mandatory", "optional"]).filter(|column| *column != name);
    let described = column(phrases!["description", "purpose", "meaning", "notes", "usage", "what"])
        .filter(|column| *column != name);
    let about_secrets = header.iter().any(|name| name.contains("secret"));
    for row in &at.table.rows {
        let Some(line) = row.first().map(|cell| cell.line) else { continue };
        let note = required.map(|column| required_note(&text(row, column), &header[column]));
        let note = note.or_else(|| described.map(|column| text(row, column).into_owned()));
        let value = value.map(|column| text(row, column));
        for variable in names(&text(row, name)) {
            state(line, variable, value.as_deref(), note.as_deref(), about_secrets, true, found);
        }
    }
    true
}

fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([',', '/', ' ', '='])
        .filter(|word| word.len() >= 3 && word.bytes().any(|byte| byte.is_ascii_uppercase()))
        .map(|word| word.trim_matches(['`', '$', '{', '}', '*']))
        .filter(|word| is_shout(word) && word.len() >= 3)
        .take(8)
}

fn required_note(cell: &str, header: &str) -> String {
    let lower = cell.to_lowercase();
    let yes = ["yes", "required", "✅", "true", "y", "x", "✓", "✔", "mandatory"]
        .iter()
        .any(|word| lower == *word || lower.starts_with(&format!("{word} ")));
    let no = ["no", "optional", "❌", "false", "n", "-", ""]
        .iter()
        .any(|word| lower == *word || !word.is_empty() && lower.starts_with(&format!("{word} ")));
    let optional = header.contains("optional");
    match (yes, no) {
        (true, _) if optional => "not required".to_owned(),
        (true, _) => "required".to_owned(),
        (_, true) if optional => "required".to_owned(),
        (_, true) => "not required".to_owned(),
        _ => cell.to_owned(),
    }
}
