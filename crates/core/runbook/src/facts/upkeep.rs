//! Document control told in sentences: whose page it is, when it was last looked at.

use super::Found;
use super::dates::date_in;
use super::outline::{Place, Statement};
use crate::model::FactValue;
use crate::words::phrases;

/// Reads "This page belongs to the search team and was last reviewed on 2 May 2031".
pub(super) fn statement(at: &Statement<'_>, found: &mut Found<'_>) {
    let of_itself = phrases![
        "this page",
        "this runbook",
        "this document",
        "this procedure",
        "this playbook",
        "the runbook",
        "the document"
    ];
    if at.place == Place::Heading || at.text.len() > 400 || !of_itself.stand_in(&at.lower) {
        return;
    }
    for words in ["belongs to ", "is owned by ", "is maintained by ", "is kept by ", "is looked after by "] {
        if let Some(start) = at.lower.find(words).map(|start| start + words.len()) {
            let end = ends(&at.lower[start..]);
            control(at, start, "owner", at.text[start..start + end].trim(), None, found);
        }
    }
    for (words, name) in [
        ("last reviewed", "last review"),
        ("last updated", "last updated"),
        ("last changed", "last updated"),
        ("last tested", "last tested"),
        ("last rehearsed", "last tested"),
        ("last verified", "last verified"),
        ("reviewed again on", "next review"),
        ("next reviewed", "next review"),
    ] {
        let Some(start) = at.lower.find(words).map(|start| start + words.len()) else { continue };
        let rest = at.text[start..].trim_start().trim_start_matches("on ").trim_start_matches("in ");
        let value = rest[..rest.find([',', ';', '.']).unwrap_or(rest.len())].trim();
        if let Some(date) = date_in(value) {
            control(at, start, name, value, Some(date), found);
        }
    }
}

/// Where the name of a team or person ends.
fn ends(lower: &str) -> usize {
    [" and ", ". ", ", ", "; ", " ("]
        .iter()
        .filter_map(|end| lower.find(end))
        .min()
        .unwrap_or(lower.trim_end_matches('.').len())
}

fn control(at: &Statement<'_>, start: usize, name: &str, value: &str, date: Option<String>, found: &mut Found<'_>) {
    if !value.is_empty() {
        found.push(at.line_at(start), FactValue::Control { name: name.to_owned(), value: value.to_owned(), date });
    }
}
