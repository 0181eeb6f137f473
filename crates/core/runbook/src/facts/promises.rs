//! Objectives told in sentences: how many requests are answered how fast, how soon a service is back, how much data may be lost.

use super::Found;
use super::cues::Cues;
use super::figures::{Figure, figures};
use super::outline::{Place, Statement};
use super::units::is_time;
use crate::model::{FactValue, Threshold};
use crate::words::phrases;

/// Reads what a sentence promises; `true` if it promises anything.
pub(super) fn statement(at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    let told = matches!(at.place, Place::Prose | Place::Item { checkbox: false, .. } | Place::Quote);
    if !told || !at.cues.any(Cues::FIGURE) || !demands(&at.lower) {
        return false;
    }
    let all = figures(at.text);
    let mut any = share_answered(at, &all, found);
    let mut from = 0;
    for figure in all.iter().filter(|figure| figure.unit.is_some_and(is_time)) {
        if let Some(metric) = recovery(&at.lower, from, figure) {
            found.push(at.line_at(figure.start), objective(at, metric.to_owned(), "<=", figure));
            any = true;
        }
        from = figure.end;
    }
    any
}

fn demands(lower: &str) -> bool {
    phrases!["must", "should", "aim", "promise", "target", "goal", "objective", "may ", "have to", "want to", "agreed"]
        .stand_in(lower)
}

/// "99.9 % of requests within 300 ms".
fn share_answered(at: &Statement<'_>, all: &[Figure], found: &mut Found<'_>) -> bool {
    let Some((index, share)) = all.iter().enumerate().find(|(_, figure)| figure.unit == Some("%")) else {
        return false;
    };
    let Some(limit) = all.get(index + 1).filter(|figure| figure.unit.is_some_and(is_time)) else { return false };
    let between = &at.lower[share.end..limit.start];
    let counted = between.trim_start().strip_prefix("of ").is_some_and(|rest| {
        phrases!["request", "call", "quer", "page", "order", "job", "message", "search", "transaction"].stand_in(rest)
    });
    let bounded = [" within ", " in under ", " in less than ", " below ", " under ", " faster than "]
        .iter()
        .any(|word| between.ends_with(word));
    if !counted || !bounded {
        return false;
    }
    let start = share.end + between.find("of ").map_or(0, |start| start + 3);
    found.push(at.line_at(share.start), objective(at, at.text[start..limit.end].to_owned(), ">=", share));
    true
}

/// "back within two hours", "lose at most fifteen minutes of data": which objective the words around a length of time tell.
fn recovery(lower: &str, from: usize, figure: &Figure) -> Option<&'static str> {
    let before = &lower[from..figure.start];
    let after = &lower[figure.end..];
    let bounded = |words: &[&str]| words.iter().any(|word| before.trim_end().ends_with(word));
    let lost = phrases!["lose", "lost", "loss of data", "data loss"].stand_in(before)
        && (after.trim_start().starts_with("of data") || before.contains("data"));
    if lost && bounded(&["at most", "no more than", "not more than", "up to", "less than", "within", "under"]) {
        return Some("RPO");
    }
    let back = phrases!["back", "restored", "recover", "running again", "available again", "up again"].stand_in(before);
    (back && !lost && bounded(&["within", "in under", "in less than", "in at most"])).then_some("RTO")
}

fn objective(at: &Statement<'_>, metric: String, comparator: &'static str, figure: &Figure) -> FactValue {
    FactValue::Objective(Threshold {
        metric,
        comparator: Some(comparator.into()),
        figure: Some(figure.value),
        unit: figure.unit.map(Into::into),
        stated: at.text.get(figure.start..figure.end).map(str::to_owned),
        ..Threshold::default()
    })
}
