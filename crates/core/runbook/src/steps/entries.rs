//! What a list entry is by its own words: an act, a rule, a question, a statement, a definition, a link.

use super::lines::is_key;
use super::walk::Scope;
use crate::contexts::Context;
use crate::document::{MarkKind, Text};
use crate::words::{Instruction, Said, VerbClass, instruction, phrases, states_an_outcome, strip_signs, words};

/// "✅ Changes tested in staging": a state, though its first word looks like a verb.
pub(super) fn states_done(said: &Said<'_>) -> bool {
    said.text().contains(['✅', '✓', '☐', '□']) && states_an_outcome(said)
}

pub(super) fn bullet(
    text: &Text,
    whole: &Said<'_>,
    found: Option<&Instruction>,
    scope: &Scope,
    commands: bool,
) -> bool {
    let said = whole.text();
    if scope.context == Context::Verify {
        return true;
    }
    let trimmed = strip_signs(said);
    let begins_with_code = trimmed.starts_with('`')
        || text.lines.first().is_some_and(|line| {
            line.marks.first().is_some_and(|mark| mark.kind == MarkKind::Code && mark.range.start == 0)
        });
    if commands && (begins_with_code || scope.context == Context::Act) {
        return !is_definition(text, said) || scope.context == Context::Act;
    }
    let Some(found) = found else { return false };
    let uses = found.class == VerbClass::Policy
        && scope.context == Context::Act
        && said[found.at..].to_lowercase().starts_with("use ");
    if found.class == VerbClass::Policy && !uses || is_rule(whole) {
        return false;
    }
    let first = &text.lines[0];
    let lead = first.lead().filter(|(lead, _)| is_key(first, lead)).map(|(lead, _)| lead);
    match lead {
        Some(lead) if describes(lead) && found.condition.is_none() => false,
        Some(lead) => scope.context == Context::Act || found.condition.is_some() || instruction(lead).is_some(),
        None if is_key_value(said, found) => scope.context == Context::Act,
        None => found.sure || scope.context == Context::Act || found.at <= 4,
    }
}

/// "Retention policy: keep …": the key names what is described, and nothing is to be done.
fn describes(lead: &str) -> bool {
    let last = words(lead).last().unwrap_or_default().to_lowercase();
    matches!(
        last.as_str(),
        "policy"
            | "strategy"
            | "retention"
            | "frequency"
            | "cadence"
            | "versioning"
            | "coverage"
            | "scope"
            | "purpose"
            | "impact"
            | "risk"
            | "rationale"
            | "trade-off"
            | "limitation"
    )
}

/// "Replica unhealthy: CRITICAL": a condition and how bad it is.
pub(super) fn is_rating(text: &str) -> bool {
    let Some((_, value)) = text.rsplit_once(": ") else { return false };
    let value = value.trim_matches(['*', ' ', '.', '`']);
    matches!(value, "CRITICAL" | "WARNING" | "WARN" | "ERROR" | "INFO" | "HIGH" | "MEDIUM" | "LOW" | "PAGE" | "TICKET")
        || value.len() <= 5
            && value.ends_with(|c: char| c.is_ascii_digit())
            && value.starts_with(['P', 'S'])
            && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-')
}

/// "Purpose: safe update …": the verb, if any, comes after a key.
pub(super) fn is_key_value(said: &str, found: &Instruction) -> bool {
    let begin = said.len() - strip_signs(said).len();
    found.condition.is_none() && found.at > begin && said[begin..found.at].contains(": ")
}

/// "This should print OK": what the entry above it leads to.
pub(super) fn tells_outcome(said: &Said<'_>) -> bool {
    let lower = strip_signs(said.lower());
    phrases![
        "this should ",
        "it should ",
        "that should ",
        "this must ",
        "it must ",
        "you should see",
        "you will see",
        "you'll see",
    ]
    .begin(lower)
}

/// "Respond: 5 minutes", "Uptime: > 99 %": a key with a figure.
pub(super) fn is_figure(text: &str) -> bool {
    let Some((key, value)) = text.split_once(": ") else { return false };
    let value = value.trim_matches(['*', ' ']);
    key.split_whitespace().count() <= 3
        && value.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '<' | '>' | '≤' | '≥' | '~'))
        && value.split_whitespace().count() <= 4
}

/// "`--fast`: skip checks", "`PORT` (default 80)".
pub(super) fn is_definition(text: &Text, said: &str) -> bool {
    let Some(mark) = text.lines.first().and_then(|line| line.marks.first()) else { return false };
    let after = said.get(mark.range.end..).unwrap_or_default().trim_start();
    after.starts_with([':', '–', '—', '(']) || after.starts_with("- ")
}

/// A rule to keep rather than an act.
pub(super) fn is_rule(said: &Said<'_>) -> bool {
    said.has(phrases!["always", "never", "regularly", "periodically", "on a scheduled basis", "at all times"])
}

pub(super) fn is_question(text: &str) -> bool {
    if !text.contains('?') {
        return false;
    }
    let head: String = text.chars().take(120).collect();
    head.trim_end().ends_with('?')
        || head.contains("? ")
        || head.contains("?**")
        || phrases!["what ", "why ", "who ", "how to prevent", "when "].begin(&head.to_lowercase())
            && head.contains('?')
}

/// "Service will restart", "The cluster is healed": says what happens.
pub(super) fn is_statement(lower: &str) -> bool {
    let text = strip_signs(lower);
    let finite = |word: &str| {
        matches!(word, "will" | "is" | "are" | "was" | "were" | "has" | "have" | "gets" | "wird" | "werden")
    };
    if let Some(before) = words(text).take(7).position(finite) {
        return before > 0;
    }
    // Third person at the start: "Detects push".
    let first = words(text).next().unwrap_or_default();
    first.len() > 3
        && first.ends_with('s')
        && !first.ends_with("ss")
        && instruction(&text.replacen(first, &first[..first.len() - 1], 1)).is_some_and(|found| found.at < 3)
        || first.ends_with("es")
            && first.len() > 4
            && instruction(&text.replacen(first, &first[..first.len() - 2], 1)).is_some_and(|found| found.at < 3)
}

/// An item that is one link and nothing else: a table of contents or a list of references.
pub(super) fn is_link_list(text: &Text) -> bool {
    let [line] = text.lines.as_slice() else { return false };
    let linked: usize =
        line.marks.iter().filter(|mark| matches!(mark.kind, MarkKind::Link { .. })).map(|mark| mark.range.len()).sum();
    linked > 0 && linked + 3 >= line.text.trim().len()
}
