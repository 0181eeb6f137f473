//! Sample values that the reader replaces: `<x>`, `v1.x.x`, `your-…`, `example.com`, request bodies, client options.

use std::sync::LazyLock;

use regex::Regex;

use super::super::Found;
use super::super::cues::{Cues, cues_of};
use super::state;
use crate::words::phrases;

static PLACEHOLDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?-u)(?P<angle><[A-Za-z][A-Za-z0-9_. /-]{0,48}>)",
        r"|(?P<version>\bv?\d+(?:\.\d+)?(?:\.[xX])+(?:-[a-z][a-z-]*)?|\bv?X\.Y\.Z\b)",
        r"|(?P<host>\b(?:[a-z0-9-]+\.)*(?:your|my)-?[a-z0-9-]*\.(?:[a-z0-9-]+\.)*[a-z]{2,10}\b|\b(?:[a-z0-9-]+\.)*example\.(?:com|org|net|io)\b)",
        r"|(?P<shout>\bYOUR[_-][A-Z0-9_-]+|\byour[-_][a-z0-9_-]+|\b(?:CHANGE_?ME|REPLACE_?ME|changeme)\b)",
        r"|(?P<path>/\{[a-z_A-Z]{1,32}\})",
    ))
    .ok()
});

/// Placeholders in a piece of code.
pub(super) fn placeholders(line: u32, code: &str, found: &mut Found<'_>) {
    placeholders_in(line, code, cues_of(code), found);
}

/// The same of code whose cues are known.
pub(super) fn placeholders_in(line: u32, code: &str, cues: Cues, found: &mut Found<'_>) {
    if !cues.any(Cues::SAMPLE) {
        return;
    }
    let Some(pattern) = PLACEHOLDER.as_ref() else { return };
    for captures in pattern.captures_iter(code) {
        let Some(whole) = captures.get(0) else { continue };
        let text = whole.as_str();
        let before = code[..whole.start()].chars().next_back();
        if captures.name("angle").is_some() {
            let inner = text.trim_matches(['<', '>']);
            if !is_tag(inner) && before != Some('<') {
                state(line, inner, None, Some("placeholder"), false, false, found);
            }
        } else if captures.name("version").is_some() {
            if text.starts_with('v') || !matches!(before, Some('"' | '\'' | ' ')) {
                state(line, text, None, Some("version placeholder"), false, false, found);
            }
        } else if captures.name("host").is_some() {
            if before != Some('@') && before != Some('/') || code[..whole.start()].ends_with("://") {
                state(line, text, None, Some("host placeholder"), false, false, found);
            }
        } else if before != Some('@') && before != Some('$') {
            state(line, text.trim_matches(['/', '{', '}']), None, Some("placeholder"), false, false, found);
        }
    }
}

fn is_tag(inner: &str) -> bool {
    const TAGS: [&str; 26] = [
        "p", "a", "b", "i", "br", "hr", "div", "span", "html", "head", "body", "title", "script", "style", "table",
        "tr", "td", "th", "ul", "ol", "li", "pre", "code", "img", "h1", "h2",
    ];
    TAGS.contains(&inner.to_ascii_lowercase().as_str())
}

/// The first `"key": "value"` of a text, and what follows it.
fn text_pair(text: &str) -> Option<(&str, &str, &str)> {
    let mut rest = text;
    loop {
        rest = &rest[rest.find('"')? + 1..];
        let key = &rest[..rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-')))?];
        let Some(tail) = rest[key.len()..].strip_prefix('"') else { continue };
        let Some(tail) = tail.trim_start().strip_prefix(':') else { continue };
        let Some(tail) = tail.trim_start().strip_prefix('"') else { continue };
        let named = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && key.chars().nth(41).is_none();
        let value = &tail[..tail.find('"')?];
        if named && value.chars().nth(80).is_none() {
            return Some((key, value, &tail[value.len() + 1..]));
        }
    }
}

const CREDENTIALS: [&str; 14] = [
    "email",
    "username",
    "user",
    "login",
    "password",
    "pass",
    "passwd",
    "token",
    "api_key",
    "apikey",
    "secret",
    "client_secret",
    "access_token",
    "refresh_token",
];

/// Credentials and stand-ins in the JSON body of a request.
pub(super) fn request_body(line: u32, code: &str, found: &mut Found<'_>) {
    let quotes = memchr::memchr(b'"', code.as_bytes()).is_some();
    if !quotes || !code.contains("\":") && !code.contains("\" :") {
        return;
    }
    let mut rest = code;
    while let Some((key, value, after)) = text_pair(rest) {
        rest = after;
        if value.contains('$') {
            continue;
        }
        if CREDENTIALS.contains(&key.to_ascii_lowercase().as_str()) {
            state(
                line,
                key,
                Some(value),
                Some("sample credential in a request body"),
                key.to_ascii_lowercase().contains("pass"),
                false,
                found,
            );
        } else if is_stand_in(value) {
            state(line, key, Some(value), Some("placeholder in a request body"), false, false, found);
        }
    }
}

fn is_stand_in(value: &str) -> bool {
    let repeated = value.len() >= 3
        && value.bytes().all(|b| b.is_ascii_alphabetic() && b.eq_ignore_ascii_case(&value.as_bytes()[0]));
    repeated || matches!(value, "..." | "…" | "string" | "TBD" | "TODO" | "foo" | "bar")
}

static CLIENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)(?:^|\s)(?:-u|-U|-h|-d|-p|--user|--username|--host|--hostname|--dbname|--database)[ =]?(user|username|db_?user|host|hostname|db_?host|dbname|db_?name|database|database_name|mydb)(?:\s|$)").ok()
});

static SQL_SAMPLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)\b(?i:kill)(?: (?i:connection|query))? ([A-Za-z][A-Za-z]*_[A-Za-z_]*|[a-z]*id|PID)\b|\b(idx_name|index_name|table_name|column_name|schema_name|db_name|database_name)\b|\b(table\(column\))").ok()
});

/// Stand-ins in options of database clients and in SQL.
pub(super) fn databases(line: u32, code: &str, cues: Cues, found: &mut Found<'_>) {
    let client = cues.any(Cues::DATABASE);
    if let Some(pattern) = client.then(|| CLIENT.as_ref()).flatten() {
        let mut at = 0;
        while let Some(captures) = pattern.captures_at(code, at) {
            let Some(name) = captures.get(1) else { break };
            state(line, name.as_str(), None, Some("placeholder"), false, false, found);
            at = name.end();
        }
    }
    let sql = phrases![
        "KILL ",
        "kill ",
        "CREATE ",
        "create ",
        "ALTER ",
        "SELECT ",
        "DROP ",
        "INSERT ",
        "UPDATE ",
        "DELETE FROM"
    ]
    .begin(code.trim_start())
        && !code.contains("$(")
        && !code.trim_start().starts_with("kill -");
    if let Some(pattern) = sql.then(|| SQL_SAMPLE.as_ref()).flatten() {
        for captures in pattern.captures_iter(code) {
            if let Some(name) = captures.get(1).or_else(|| captures.get(2)).or_else(|| captures.get(3)) {
                state(line, name.as_str(), None, Some("placeholder"), false, false, found);
            }
        }
    }
}
