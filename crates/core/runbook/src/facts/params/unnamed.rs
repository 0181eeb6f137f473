//! Values that a sentence says are needed without giving their names: "required env vars (DB URL, Redis URL)".

use super::super::Found;
use super::super::conditions::clauses;
use super::super::cues::Cues;
use super::super::outline::Statement;
use super::{is_shout, state};
use crate::words::phrases;

const NEEDS: [&str; 8] =
    ["env var", "environment variable", "secret", "credential", "toggle", "feature flag", "vault", "password manager"];

/// Reads the enumerations of a line.
pub(super) fn statement(at: &Statement<'_>, found: &mut Found<'_>) {
    if !at.cues.any(Cues::NEED) || !at.text.contains(',') || !NEEDS.iter().any(|need| at.lower.contains(need)) {
        return;
    }
    for clause in clauses(at.text) {
        let lower = clause.to_ascii_lowercase();
        let Some((list, note, secret)) = bracketed(clause, &lower)
            .or_else(|| stored(clause, &lower))
            .or_else(|| toggles(clause, &lower))
            .or_else(|| listed(at, clause, &lower))
        else {
            continue;
        };
        for item in items(list) {
            let code = at.words.codes().take(64).any(|code| code.trim() == item);
            if !code && !is_shout(item) {
                state(at.line_of(item), item, None, Some(note), secret, true, found);
            }
        }
    }
}

/// "required env vars (A, B, C)"
fn bracketed<'t>(clause: &'t str, lower: &str) -> Option<(&'t str, &'t str, bool)> {
    let open = clause.find('(')?;
    let before = &lower[..open];
    let needed = phrases!["required", "following", "necessary", "all"].stand_in(before);
    let inner = clause[open + 1..].split(')').next()?;
    let example = phrases!["e.g", "i.e", "such as", "see"].begin(&inner.to_ascii_lowercase());
    let ends = ["env vars", "environment variables", "secrets", "variables", "credentials", "settings"]
        .iter()
        .any(|word| before.trim_end().ends_with(word));
    (needed && ends && !example && inner.contains(',')).then_some((
        inner,
        "required",
        before.contains("secret") || before.contains("credential"),
    ))
}

/// "Store A, B and C in a secrets manager"
fn stored<'t>(clause: &'t str, lower: &str) -> Option<(&'t str, &'t str, bool)> {
    let start = ["store ", "keep ", "put "].iter().filter_map(|verb| Some(lower.find(verb)? + verb.len())).min()?;
    let end = [
        " in a secret",
        " in the secret",
        " in secret",
        " in a vault",
        " in vault",
        " in the vault",
        " in a key vault",
        " in a password manager",
    ]
    .iter()
    .filter_map(|place| lower[start..].find(place))
    .min()?
        + start;
    let list = &clause[start..end];
    (list.contains(',') || list.contains(" and ")).then_some((list, "secret", true))
}

/// "Use environment toggles for A, B, and C"
fn toggles<'t>(clause: &'t str, lower: &str) -> Option<(&'t str, &'t str, bool)> {
    let start = ["toggles for ", "feature flags for ", "flags for ", "toggles: ", "flags: "]
        .iter()
        .filter_map(|words| Some(lower.find(words)? + words.len()))
        .min()?;
    let list = &clause[start..];
    list.contains(',').then_some((list, "feature flag", false))
}

/// "Secrets available: `A`, `B`, provider keys": the items without a name beside those with one.
fn listed<'t>(at: &Statement<'_>, clause: &'t str, lower: &str) -> Option<(&'t str, &'t str, bool)> {
    let colon = clause.find(": ")?;
    let introduces = NEEDS.iter().any(|need| lower[..colon].contains(need));
    let codes = at.words.codes().take(64).filter(|code| is_shout(code.trim())).count();
    (introduces && codes > 0 && clause[colon..].contains(','))
        .then(|| (&clause[colon + 2..], clause[..colon].trim(), lower[..colon].contains("secret")))
}

fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .flat_map(|part| part.split(" and "))
        .map(|item| item.trim().trim_start_matches("and ").trim_start_matches("or ").trim_matches([' ', '.', '`', ';']))
        .filter(|item| {
            !item.is_empty() && item.split_whitespace().count() <= 6 && item.starts_with(char::is_alphanumeric)
        })
}
