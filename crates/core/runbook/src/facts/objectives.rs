//! Targets: "Uptime: > 99.9 %", "RTO: 4 hours", checks that state a figure.

use super::Found;
use super::figures::figures;
use super::indicators::{comparator_of_target, good};
use super::outline::{FenceAt, Outline, Place, Statement, human};
use super::thresholds::{comparison, comparisons};
use super::topics::Topics;
use crate::model::{FactValue, Threshold};
use crate::words::{Phrases, phrases};

/// Words of a sentence that demand something.
pub(super) fn demands(lower: &str) -> bool {
    static WORDS: &Phrases = phrases![
        "should be",
        "must be",
        "should stay",
        "must stay",
        "target",
        "verify",
        "ensure",
        "should not exceed",
        "must not exceed",
        "keep ",
        "goal",
    ];
    WORDS.stand_in(lower)
}

/// The metric of a comparison that names none: the label's words, or the heading's.
pub(super) fn metric_from_context(outline: &Outline<'_>, at: &Statement<'_>, start: usize) -> String {
    let before = at.text[..start.min(at.text.len())].trim().trim_end_matches([':', '(', ' ', '-', '–', '—', '*']);
    if before.chars().any(char::is_alphabetic) {
        return before.to_owned();
    }
    outline
        .lead(&at.around)
        .map_or_else(|| outline.heading(&at.around), |lead| lead.text)
        .trim_end_matches([':', ' '])
        .to_owned()
}

const STATED: [&str; 34] = [
    "rto",
    "rpo",
    "mttr",
    "mttd",
    "mtta",
    "mtbf",
    "sla",
    "slo",
    "uptime",
    "availability",
    "downtime",
    "expected downtime",
    "planned downtime",
    "error budget",
    "recovery time",
    "recovery time objective",
    "recovery point objective",
    "recovery time objective (rto)",
    "timeline",
    "total time",
    "estimated time",
    "estimated duration",
    "expected duration",
    "time required",
    "time to complete",
    "duration",
    "estimated downtime",
    "target",
    "time estimate",
    "expected time",
    "total recovery time",
    "estimated recovery time",
    "expected recovery time",
    "target recovery time",
];

/// "RTO: 4 hours", "Downtime: 0 minutes", and "Key: figure" under objectives.
pub(super) fn statement(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    if !at.text.contains(':') || at.place == Place::Heading {
        return false;
    }
    let Some((key, value)) = at.keyed else { return false };
    let lower = key.to_ascii_lowercase();
    let plain =
        ["target ", "our ", "required ", "agreed ", "maximum "].iter().find_map(|word| lower.strip_prefix(word));
    let stated = STATED.contains(&lower.as_str())
        || plain.is_some_and(|key| STATED.contains(&key))
        || lower.split_once('/').is_some_and(|(one, other)| stated_alone(one) && stated_alone(other));
    let listed = at.around.topics.has(Topics::OBJECTIVE) && good(key) != super::indicators::Good::Unknown;
    if !stated && !listed || matches!(at.place, Place::Item { checkbox: true, .. }) {
        return false;
    }
    if let (Some((first, second)), Some((one, other))) = (key.split_once('/'), value.split_once(" / "))
        && stated_alone(first)
        && stated_alone(second)
    {
        for (key, value) in [(first, one), (second, other)] {
            if let Some(threshold) = bare(key.trim(), value.trim(), key.trim().to_owned(), true) {
                found.push(at.line, FactValue::Objective(threshold));
            }
        }
        return true;
    }
    let metric = metric_of(key, &lower, outline, at);
    let leads = figures(value).first().is_some_and(|figure| figure.start == 0 && figure.unit.is_some());
    let threshold = match comparison(value).filter(|found| found.start <= 12 && !(leads && found.start > 0)) {
        Some(found) if is_percentile(&found.threshold.metric) => {
            Threshold { metric, note: Some(found.threshold.metric.clone()), ..found.threshold }
        }
        Some(found) => Threshold { metric, note: note(value, found.end), ..found.threshold },
        None => {
            let Some(threshold) = bare(key, value, metric, listed) else { return false };
            threshold
        }
    };
    found.push(at.line, FactValue::Objective(threshold));
    // "p95 below 250 ms, p99 below 600 ms"
    for further in comparisons(value).into_iter().skip(1).filter(|further| is_percentile(&further.threshold.metric)) {
        let note = Some(further.threshold.metric.clone());
        found.push(at.line, FactValue::Objective(Threshold { metric: key.to_owned(), note, ..further.threshold }));
    }
    true
}

fn stated_alone(key: &str) -> bool {
    STATED.contains(&key.trim().to_ascii_lowercase().as_str())
}

fn is_percentile(metric: &str) -> bool {
    metric
        .strip_prefix(['p', 'P'])
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// A figure without a comparator: "99.9 % over 28 days".
fn bare(key: &str, value: &str, metric: String, listed: bool) -> Option<Threshold> {
    let figure =
        figures(value).into_iter().next().filter(|figure| figure.start <= 2 && (figure.unit.is_some() || listed))?;
    Some(Threshold {
        comparator: Some(comparator_of_target(key, figure.value).into()),
        figure: Some(figure.value),
        unit: figure.unit.map(Into::into),
        stated: Some(value[figure.start..figure.end].to_owned()),
        note: note(value, figure.end),
        metric,
        ..Threshold::default()
    })
}

fn note(value: &str, end: usize) -> Option<String> {
    let rest = value.get(end..)?.trim().trim_matches(['(', ')', ' ', '.', ',']);
    (!rest.is_empty() && rest.len() <= 80).then(|| rest.to_owned())
}

/// "Timeline" and the like are about the section's work.
fn metric_of(key: &str, lower: &str, outline: &Outline<'_>, at: &Statement<'_>) -> String {
    let about_work = ["timeline", "total time", "duration", "time required", "time to complete", "target"]
        .contains(&lower)
        || lower.starts_with("estimated") && !lower.contains("down")
        || lower.starts_with("expected") && !lower.contains("down");
    let heading = outline.heading(&at.around).split([':', '(']).next().unwrap_or_default().trim();
    if !about_work || heading.is_empty() {
        return key.to_owned();
    }
    let name: Vec<&str> = heading
        .split_whitespace()
        .filter(|word| {
            !["strategy", "procedure", "procedures", "steps", "guide", "runbook", "process", "overview", "plan"]
                .contains(&word.to_ascii_lowercase().as_str())
        })
        .collect();
    format!("{} time", name.join(" "))
}

/// Comments of a code block that demand a figure: "# Should be < 0.1 %", under the comment that names the metric.
pub(super) fn fence(at: &FenceAt<'_>, found: &mut Found<'_>) {
    let mut above = "";
    for line in &at.fence.lines {
        let Some(comment) = human(&line.text).trim_start().strip_prefix('#') else { continue };
        let comment = comment.trim_start_matches(['#', ' ']);
        let demanding = || {
            let lower = comment.to_ascii_lowercase();
            demands(&lower) || lower.starts_with("expect") || lower.contains("should")
        };
        if demanding() {
            for comparison in comparisons(comment) {
                let mut threshold = comparison.threshold;
                let pronoun = matches!(
                    threshold.metric.to_ascii_lowercase().as_str(),
                    "" | "should be" | "this" | "it" | "expected" | "expect" | "must be" | "value" | "result"
                );
                if pronoun {
                    threshold.metric = subject(above).to_owned();
                }
                if threshold.unit.is_some() && threshold.metric.chars().any(char::is_alphabetic) {
                    found.push(line.line, FactValue::Objective(threshold));
                }
            }
        }
        above = comment;
    }
}

/// "2. Check error rates" → "error rates".
fn subject(comment: &str) -> &str {
    let words = comment.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' '));
    let first = words.split(' ').next().unwrap_or_default();
    let verb = ["check", "verify", "confirm", "monitor", "watch", "test", "measure", "get", "show", "ensure"]
        .iter()
        .any(|verb| first.eq_ignore_ascii_case(verb));
    if verb { words[first.len()..].trim() } else { words }
}
