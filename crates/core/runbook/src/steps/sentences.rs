//! What a sentence in running text is: an act to be done now, an answer of the command above, a rule.

use super::walk::Scope;
use crate::contexts::Context;
use crate::words::{Said, VerbClass, phrases, strip_signs};

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
    match found.class {
        VerbClass::Policy => false,
        VerbClass::Refer => {
            scope.context == Context::Act && (found.condition.is_some() || lower.starts_with("for ") && opens)
        }
        _ => found.sure,
    }
}

/// "Within a minute `/version` returns `7`": says in code what a command answers.
pub(super) fn answers(sentence: &str) -> bool {
    sentence.contains(['"', '“'])
        && Said::of(sentence).has(phrases!["returns", "prints", "shows", "answers", "reports", "says", "displays"])
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
