//! Who is called when nobody answers, told in sentences.

use callsheet_base::Duration;

use super::Found;
use super::conditions::clauses;
use super::outline::{Place, Statement};
use super::spans_of_time::stretch;
use crate::model::FactValue;
use crate::words::phrases;

/// Reads "If nobody answers within 15 minutes, call the lead; after 30 minutes the head of engineering is called".
pub(super) fn statement(at: &Statement<'_>, found: &mut Found<'_>) {
    let silence = phrases![
        "nobody answers",
        "nobody responds",
        "nobody picks up",
        "nobody acknowledges",
        "no one answers",
        "no one responds",
        "no one picks up",
        "no one acknowledges",
        "there is no answer",
        "there is no response",
        "without an answer"
    ];
    if at.place == Place::Heading || !silence.stand_in(&at.lower) {
        return;
    }
    let mut chain = false;
    for clause in clauses(at.text) {
        let lower = at.lower_of(clause);
        let from = stretch(clause).and_then(|time| time.longest());
        let who = match chain {
            false if silence.stand_in(lower) => called(clause, lower),
            true if lower.starts_with("after ") => is_called(clause, lower).or_else(|| called(clause, lower)),
            _ => None,
        };
        chain = who.is_some() || silence.stand_in(lower);
        if let Some(who) = who.filter(|who| !who.is_empty()) {
            found.push(at.line_of(clause), level(who, from));
        }
    }
}

/// "…, call the platform lead"
fn called<'t>(clause: &'t str, lower: &str) -> Option<&'t str> {
    const CALLS: [&str; 7] = [" call ", " page ", " notify ", " phone ", " contact ", " escalate to ", " ring "];
    let start = CALLS.iter().filter_map(|word| Some(lower.find(word)? + word.len())).min()?;
    let end = lower[start..].find([',', '(']).map_or(clause.len(), |end| start + end);
    Some(bare(&clause[start..end]))
}

/// "after 30 minutes the head of engineering is called"
fn is_called<'t>(clause: &'t str, lower: &str) -> Option<&'t str> {
    let end = [" is called", " is paged", " is told", " are called", " are paged"]
        .iter()
        .find_map(|word| lower.find(word))?;
    let start = stretch(clause).map(|time| time.end).filter(|start| *start < end)?;
    Some(bare(&clause[start..end]))
}

fn bare(who: &str) -> &str {
    let who = who.trim().trim_matches([',', '.', ' ']);
    who.strip_prefix("the ").unwrap_or(who)
}

fn level(who: &str, from: Option<Duration>) -> FactValue {
    FactValue::Escalation {
        level: String::new(),
        from,
        until: None,
        who: who.to_owned(),
        note: None,
        respond_within: None,
        handles: None,
        authority: None,
    }
}
