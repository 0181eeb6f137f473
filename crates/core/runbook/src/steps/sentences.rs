//! What a sentence in running text is: an act to be done now, an answer of the command above, a rule.

use super::walk::Scope;
use crate::contexts::Context;
use crate::words::{Said, VerbClass, phrases, states_outcome, strip_signs};

/// Whether a sentence in running text asks for an act now, rather than explaining or setting a rule.
pub(super) fn asks(sentence: &str, found: &crate::words::Instruction, scope: &Scope, opens: bool) -> bool {
    let said = Said::of(sentence);
    let lower = strip_signs(said.lower());
    if phrases![
        "follow these",
        "follow the steps",
        "use this",
        "this runbook",
        "this document",
        "for more",
        "for details",
        "for further",
        "see ",
        "please refer",
        "refer to",
        "please see",
        "note that",
    ]
    .begin(lower)
        && found.condition.is_none()
    {
        return false;
    }
    if said.has(phrases!["regularly", "always", "periodically", "on a scheduled basis", "later", "in the future"])
        && !lower.contains("later than")
    {
        return false;
    }
    if names_severity(lower) && found.condition.is_none() {
        return false;
    }
    if calls_when(lower) && scope.context == Context::Neutral {
        return false;
    }
    match found.class {
        VerbClass::Policy => false,
        VerbClass::Refer => {
            scope.context == Context::Act && (found.condition.is_some() || lower.starts_with("for ") && opens)
        }
        _ => found.sure,
    }
}

/// "Every peer is listed as `up`", "`/version` returns "7"": says what a command answers. Its words are without markup, so whether
/// one of them is code is told apart.
pub(super) fn answers(sentence: &str, has_code: bool) -> bool {
    let lower = strip_signs(sentence).to_lowercase();
    let all = phrases![
        "every ",
        "all ",
        "each ",
        "both ",
        "it prints ",
        "it returns ",
        "it shows ",
        "it says ",
        "it reports "
    ];
    if has_code && all.begin(&lower) && states_outcome(sentence) {
        return true;
    }
    sentence.contains(['"', '“'])
        && Said::of(sentence).has(phrases!["returns", "prints", "shows", "answers", "reports", "says", "displays"])
}

/// "Page the engineer on call when the queue grows": who is called and when, for monitoring to do.
fn calls_when(lower: &str) -> bool {
    phrases!["page ", "alert ", "warn "].begin(lower)
        && phrases![" when ", " whenever ", " if ", " as soon as "].stand_in(lower)
}

/// "Class 2 (work-around exists): acknowledge within 30 minutes": what a severity asks for, no step.
fn names_severity(lower: &str) -> bool {
    ["sev", "severity", "priority", "class", "urgency", "level", "tier", "p"].iter().any(|word| {
        lower.strip_prefix(word).is_some_and(|rest| {
            let mark = rest.trim_start_matches(['-', ' ']);
            let after = mark.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
            let len = mark.len() - after.len();
            (1..=2).contains(&len) && after.starts_with([' ', ':', '(']) && after.contains(": ")
        })
    })
}

/// "If not, …": a sentence about the step above, though a fence follows.
pub(super) fn is_afterthought(said: &Said<'_>) -> bool {
    said.has(phrases!["if not, please", "if not, check", "otherwise, check"])
}
