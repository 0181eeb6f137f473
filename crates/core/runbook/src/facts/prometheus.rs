//! Alerting rules in code blocks, as Prometheus writes them: `alert:`, `expr:`, `for:`, `severity:`.

use super::Found;
use super::figures::figure_at;
use super::outline::FenceAt;
use super::spans_of_time::stretch;
use crate::model::{FactValue, Threshold};

/// Reads rules. `true` if the block holds any.
pub(super) fn fence(at: &FenceAt<'_>, found: &mut Found<'_>) -> bool {
    if !at.fence.lines.iter().any(|line| may_name_alert(line.text.as_bytes())) {
        return false;
    }
    let mut rule: Option<(u32, Threshold)> = None;
    let mut any = false;
    for line in &at.fence.lines {
        let text = line.text.trim().trim_start_matches("- ");
        let Some((key, value)) = text.split_once(':') else { continue };
        let value = value.trim().trim_matches(['"', '\'']);
        match (key, &mut rule) {
            ("alert", _) if !value.is_empty() => {
                any |= finish(rule.take(), found);
                rule = Some((line.line, Threshold { metric: value.to_owned(), ..Threshold::default() }));
            }
            ("expr", Some((_, threshold))) => expression(value, threshold),
            ("for", Some((_, threshold))) => threshold.window = stretch(value).and_then(|time| time.longest()),
            ("severity", Some((_, threshold))) => threshold.severity = Some(value.to_owned()),
            _ => {}
        }
    }
    finish(rule, found) || any
}

/// A cheap look before the lines are taken apart: `alert:` stands in it.
fn may_name_alert(line: &[u8]) -> bool {
    memchr::memchr_iter(b':', line).any(|at| line[..at].ends_with(b"alert"))
}

fn finish(rule: Option<(u32, Threshold)>, found: &mut Found<'_>) -> bool {
    let Some((line, threshold)) = rule else { return false };
    found.push(line, FactValue::Alert(threshold));
    true
}

/// The comparison at the expression's end.
fn expression(text: &str, threshold: &mut Threshold) {
    threshold.note = (!matches!(text, "|" | ">" | "|-" | ">-")).then(|| text.to_owned());
    let Some(at) = text.rfind(['<', '>', '=']) else { return };
    let start = text[..at].trim_end_matches(['<', '>', '=', '!']).len();
    let number = text[at + 1..].trim_start();
    threshold.comparator = Some(text[start..=at].to_owned().into());
    if let Some(figure) = number.starts_with(|c: char| c.is_ascii_digit()).then(|| figure_at(number, 0)).flatten() {
        threshold.figure = Some(figure.value);
        threshold.stated = Some(number[..figure.end].to_owned());
    }
}
