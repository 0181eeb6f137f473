//! Conditions that call somebody, in sentences and lists.

use super::Found;
use super::conditions::{clauses, is_imperative};
use super::cues::Cues;
use super::figures;
use super::indicators::{comparator_of_alert, is_bad_sign};
use super::objectives;
use super::outline::{Outline, Place, Statement, human};
use super::thresholds::{Comparison, comparisons_of, may_compare};
use super::topics::Topics;
use crate::model::{FactValue, Threshold};
use crate::words::Phrases;

const CALLS: [&str; 17] = [
    "alert when",
    "alert if",
    "alert on",
    "alerts when",
    "alerts if",
    "page when",
    "page if",
    "fires when",
    "fires if",
    "warn when",
    "warn if",
    "notify when",
    "notify if",
    "triggers when",
    "triggered when",
    "alarm when",
    "alarm if",
];

/// The same, to be looked for at one glance.
static ANY_CALL: Phrases = Phrases::of(&CALLS);

/// Where the words "alert when", "page if" and the like end.
fn calls(lower: &str) -> Option<usize> {
    if !ANY_CALL.stand_in(lower) {
        return None;
    }
    CALLS.iter().find_map(|words| {
        let at = word_begins(lower, words)?;
        let noun = ["status ", "web ", "home ", "landing "].iter().any(|word| lower[..at].ends_with(word));
        (!noun && lower[at + words.len()..].starts_with([' ', ':'])).then_some(at + words.len())
    })
}

/// A cheap look before [`calls`].
fn may_call(at: &Statement<'_>) -> bool {
    at.cues.any(Cues::CALL) || at.lower.contains('_')
}

/// Reads comparisons and worded conditions of a line as alerts or objectives; `true` if it holds any.
pub(super) fn statement(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    let all = match may_compare(at.text) {
        true => comparisons_of(at.text, &at.lower, &figures::figures(at.text)),
        false => Vec::new(),
    };
    if all.is_empty() {
        return figure_under_alerts(at, found) || rated(at, found) || worded(outline, at, found);
    }
    let mut any = false;
    let severity = severity_in(at.text);
    for comparison in all {
        any |= one(outline, at, comparison, severity.as_deref(), found);
    }
    any
}

fn one(
    outline: &Outline<'_>,
    at: &Statement<'_>,
    comparison: Comparison,
    severity: Option<&str>,
    found: &mut Found<'_>,
) -> bool {
    let mut threshold = comparison.threshold;
    let comparator = threshold.comparator.clone().unwrap_or_default();
    let calls = may_call(at) && calls(&at.lower).is_some();
    if threshold.metric.is_empty() {
        threshold.metric = following(at.text, comparison.end);
    }
    if threshold.metric.is_empty() {
        threshold.metric = objectives::metric_from_context(outline, at, comparison.start);
    }
    let measured =
        threshold.unit.is_some() || super::indicators::good(&threshold.metric) != super::indicators::Good::Unknown;
    let named = threshold.metric.chars().any(char::is_alphabetic) && threshold.metric.len() <= 120;
    let setting = threshold.metric.contains('_') && !threshold.metric.contains(' ');
    if !named || setting || !measured && !calls {
        return false;
    }
    threshold.note = qualifier(at.text, comparison.end)
        .or_else(|| before_bracket(at.text, comparison.start))
        .filter(|note| *note != threshold.metric && Some(note.trim_start_matches([':', ' '])) != severity);
    let bad = is_bad_sign(&threshold.metric, &comparator);
    let checkbox = matches!(at.place, Place::Item { checkbox: true, .. });
    let clause = at.lower[..comparison.start].rfind(". ").map_or(0, |end| end + 2);
    let alert = if calls {
        true
    } else if checkbox || at.place == Place::Heading || objectives::demands(&at.lower[clause..]) {
        false
    } else if at.around.topics.has(Topics::SYMPTOM | Topics::ALERT) {
        bad != Some(false)
    } else if at.around.topics.has(Topics::OBJECTIVE) {
        bad == Some(true)
    } else {
        match bad {
            Some(bad) => bad,
            None if threshold.unit.as_deref() == Some("consecutive") => true,
            None => return false,
        }
    };
    threshold.severity = severity.filter(|_| alert).map(str::to_owned);
    let figure = at.text[comparison.start..].find(|c: char| c.is_ascii_digit()).unwrap_or_default();
    found.push(
        at.line_at(comparison.start + figure),
        if alert { FactValue::Alert(threshold) } else { FactValue::Objective(threshold) },
    );
    true
}

/// Words right after the figure that qualify it: "(p95)", "for backend APIs", "of requests".
fn qualifier(text: &str, end: usize) -> Option<String> {
    let rest = text.get(end..)?.trim_start();
    let stop = rest.find([';', '.', ',', '→']).unwrap_or(rest.len());
    let words = rest[..stop].trim().trim_matches(['(', ')', ' ']);
    (!words.is_empty() && words.len() <= 60).then(|| words.to_owned())
}

/// "Import 500 rows (takes < 20 s)": what stands before the bracket that holds the comparison.
fn before_bracket(text: &str, start: usize) -> Option<String> {
    let open = text.get(..start)?.rfind('(')?;
    let words = text[..open].trim();
    (!text[open..start].contains(')') && (1..=8).contains(&words.split_whitespace().count())).then(|| words.to_owned())
}

/// "More than 2 % of requests fail": the metric stands behind the figure.
fn following(text: &str, end: usize) -> String {
    let words = qualifier(text, end).unwrap_or_default();
    words.strip_prefix("of ").filter(|words| words.split_whitespace().count() > 1).unwrap_or_default().to_owned()
}

/// "[critical]", "(P1)" in the line.
fn severity_in(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    for (open, close) in [('(', ')'), ('[', ']')] {
        for (at, _) in text.match_indices(open) {
            let inner = text[at + 1..].split(close).next().unwrap_or_default().trim();
            if inner.len() <= 16 && super::severity_names::severity_len(inner) == inner.len() && !inner.is_empty() {
                return Some(inner.to_owned());
            }
        }
    }
    if let Some((_, last)) = text.rsplit_once(": ")
        && is_severity(last.trim_matches(['*', ' ', '.']))
    {
        return Some(last.trim_matches(['*', ' ', '.']).to_owned());
    }
    let last = text.rsplit([',', '→', ';']).next().unwrap_or_default().trim().trim_end_matches('.');
    if last.len() < text.len() && super::severity_names::coded_len(last) == last.len() && !last.is_empty() {
        return Some(last.to_owned());
    }
    ["critical:", "warning:", "critical -", "warning -", "critical –", "warning –"]
        .iter()
        .find(|word| lower.starts_with(**word))
        .map(|word| text[..word.len() - 1].trim_end_matches([' ', ':', '-', '–']).to_owned())
}

/// Comments of a code block that say when somebody is called: "# Alert when errors > 2 %".
pub(super) fn fence(at: &super::outline::FenceAt<'_>, found: &mut Found<'_>) {
    for line in &at.fence.lines {
        let Some(sign) = memchr::memchr(b'#', line.text.as_bytes()) else { continue };
        let Some(comment) = human(&line.text).get(sign + 1..) else { continue };
        let lower = comment.to_ascii_lowercase();
        let Some(start) = calls(&lower) else { continue };
        if let Some(comparison) = super::thresholds::comparison(&comment[start..])
            .filter(|comparison| !comparison.threshold.metric.is_empty())
        {
            found.push(line.line, FactValue::Alert(comparison.threshold));
        }
    }
}

/// Whether the words name a severity and nothing else.
fn is_severity(words: &str) -> bool {
    !words.is_empty() && super::severity_names::severity_len(words) == words.len()
}

/// "Replica unhealthy: CRITICAL" in a list of alerts.
fn rated(at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    let listed =
        matches!(at.place, Place::Item { checkbox: false, ordered: false }) && at.around.own.has(Topics::ALERT);
    let Some((metric, severity)) = at.keyed.filter(|(_, value)| listed && is_severity(value)) else { return false };
    let threshold =
        Threshold { metric: metric.to_owned(), severity: Some(severity.to_owned()), ..Threshold::default() };
    found.push(at.line, FactValue::Alert(threshold));
    true
}

/// "Error rate: 5 %" in a list of thresholds.
fn figure_under_alerts(at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    if !matches!(at.place, Place::Item { checkbox: false, .. })
        || !at.around.own.has(Topics::ALERT)
        || !at.text.contains(':')
    {
        return false;
    }
    let Some((metric, value)) = at.keyed else { return false };
    let Some(figure) = figures::figures(value).into_iter().next().filter(|figure| figure.start == 0) else {
        return false;
    };
    if super::indicators::good(metric) == super::indicators::Good::Unknown {
        return false;
    }
    let threshold = Threshold {
        metric: metric.to_owned(),
        comparator: Some(comparator_of_alert(metric).into()),
        figure: Some(figure.value),
        unit: figure.unit.map(Into::into),
        stated: Some(value[figure.start..figure.end].to_owned()),
        note: qualifier(value, figure.end),
        ..Threshold::default()
    };
    found.push(at.line, FactValue::Alert(threshold));
    true
}

/// Words that make a part of a list of alerts a condition of its own, with the comparator they stand for.
const SIGNS: [(&str, &str); 38] = [
    ("exhaust", "exhausted"),
    ("consecutive", "consecutive"),
    ("in a row", "consecutive"),
    ("exceed", "exceeds"),
    ("near", "near"),
    ("approach", "near"),
    ("drop", "drop"),
    ("spike", "spike"),
    ("evict", "spike"),
    ("surge", "spike"),
    ("above", "exceeds"),
    ("below", "below"),
    ("lag", "-"),
    ("slow", "-"),
    ("fail", "-"),
    ("down", "down"),
    ("unavailab", "down"),
    ("unreachable", "down"),
    ("offline", "down"),
    ("crash", "-"),
    ("leak", "-"),
    ("error", "-"),
    ("missing", "absent"),
    ("absent", "absent"),
    ("no data", "absent"),
    ("expir", "-"),
    ("timeout", "-"),
    ("saturat", "exhausted"),
    ("backlog", "-"),
    ("stuck", "-"),
    ("restart", "-"),
    ("oom", "-"),
    ("unhealthy", "-"),
    ("elevated", "-"),
    ("deadlock", "-"),
    ("breach", "exceeds"),
    ("full", "exhausted"),
    ("high ", "-"),
];

/// "Connection pool exhaustion, slow queries or replication lag" in a list of alerts.
fn worded(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    let calls = may_call(at).then(|| calls(&at.lower)).flatten();
    let listed = matches!(at.place, Place::Item { checkbox: false, ordered: false })
        && at.around.own.has(Topics::ALERT)
        && lists_alerts(outline, at);
    if !(calls.is_some() && at.place != Place::Heading || listed) || is_imperative(&at.lower) && calls.is_none() {
        return false;
    }
    let text = calls.map_or(at.text, |start| at.text[start..].trim());
    let Some(clause) = clauses(text).next() else { return false };
    let mut subject = "";
    let mut any = false;
    for part in parts(clause) {
        let lower = part.to_ascii_lowercase();
        let Some(sign) = sign_of(&lower) else { continue };
        let metric = if any && !part.starts_with(|c: char| c.is_uppercase()) && !subject.is_empty() {
            format!("{subject} {part}")
        } else {
            part.to_owned()
        };
        if !any {
            subject =
                part.split(' ').next().filter(|word| word.starts_with(|c: char| c.is_uppercase())).unwrap_or_default();
        }
        let comparator = (sign != "-").then(|| sign.into());
        found.push(
            at.line_of(part),
            FactValue::Alert(Threshold { metric, comparator, severity: severity_in(at.text), ..Threshold::default() }),
        );
        any = true;
    }
    if !any && calls.is_some() && clause.split_whitespace().count() <= 16 && !super::conditions::is_idle(clause) {
        found.push(
            at.line_of(clause),
            FactValue::Alert(Threshold { metric: clause.to_owned(), ..Threshold::default() }),
        );
        any = true;
    }
    any
}

/// The label says that the items below are alerts, not how alerting is set up.
fn lists_alerts(outline: &Outline<'_>, at: &Statement<'_>) -> bool {
    let label =
        outline.lead(&at.around).map_or_else(|| outline.heading(&at.around).to_lowercase(), |lead| lead.lower.clone());
    let words = label.trim_start_matches(|c: char| !c.is_alphabetic());
    let words = words.split(['(', ':']).next().unwrap_or(words).trim();
    let shape = [
        "alerts",
        "alert",
        "alerting",
        "alert conditions",
        "alert rules",
        "alert thresholds",
        "alert when",
        "alert if",
        "alert on",
        "alert triggers",
        "alarms",
    ];
    const ADJECTIVES: [&str; 13] = [
        "key",
        "critical",
        "suggested",
        "recommended",
        "configured",
        "active",
        "important",
        "and",
        "&",
        "the",
        "warning",
        "paging",
        "current",
    ];
    let rest: Vec<&str> = words.split_whitespace().filter(|word| !ADJECTIVES.contains(word)).collect();
    shape.contains(&rest.join(" ").as_str())
}

fn sign_of(lower: &str) -> Option<&'static str> {
    SIGNS
        .iter()
        .filter_map(|(word, sign)| Some((word_begins(lower, word)?, *sign)))
        .max_by_key(|(at, sign)| (*sign != "-", *at))
        .map(|(_, sign)| sign)
}

fn word_begins(lower: &str, word: &str) -> Option<usize> {
    let (bytes, word) = (lower.as_bytes(), word.as_bytes());
    memchr::memchr_iter(word[0], bytes)
        .find(|&at| bytes[at..].starts_with(word) && !lower[..at].ends_with(char::is_alphanumeric))
}

/// Parts joined by commas and "or"; a part without a sign of its own belongs to the next.
fn parts(clause: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut begin = 0;
    let mut at = 0;
    let joins = [", or ", ", and ", ", ", " or ", " and "];
    let mut depth = 0usize;
    while at < clause.len() {
        let rest = &clause[at..];
        let Some(c) = rest.chars().next() else { break };
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let join = joins.iter().find(|join| depth == 0 && rest.starts_with(**join));
        if let Some(join) = join.filter(|_| sign_of(&clause[begin..at].to_ascii_lowercase()).is_some()) {
            parts.push(clause[begin..at].trim());
            begin = at + join.len();
            at = begin;
        } else {
            at += c.len_utf8();
        }
    }
    parts.push(clause[begin.min(clause.len())..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}
