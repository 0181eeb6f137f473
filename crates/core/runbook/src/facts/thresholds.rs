//! A metric compared with a figure, in a sentence or a table cell.

use callsheet_base::Duration;

use super::comparators::{after_figure, before_figure};
use super::figures::{Figure, figures};
use super::metric_names::metric_before;
use super::units::{as_duration, is_count, is_time};
use crate::model::Threshold;

/// A comparison found in a text, with where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    /// Metric, figure and window; the metric may be empty.
    pub threshold: Threshold,
    /// First byte of the comparator.
    pub start: usize,
    /// One past the last byte that belongs to it.
    pub end: usize,
}

/// The first comparison of `text`: a figure with a comparator, or so many failures in a row.
pub(crate) fn comparison(text: &str) -> Option<Comparison> {
    comparisons(text).into_iter().next()
}

/// Every comparison of `text`, in order.
pub(crate) fn comparisons(text: &str) -> Vec<Comparison> {
    if !may_compare(text) {
        return Vec::new();
    }
    comparisons_of(text, &text.to_ascii_lowercase(), &figures(text))
}

/// A cheap look before the figures are read.
pub(crate) fn may_compare(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit()) || text.contains("consecutive") || text.contains("in a row")
}

/// The same of a text whose ASCII lower case and figures are known.
pub(crate) fn comparisons_of(text: &str, lower: &str, all: &[Figure]) -> Vec<Comparison> {
    if all.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Comparison> = Vec::new();
    let mut taken = 0;
    for (index, figure) in all.iter().enumerate() {
        if figure.start < taken {
            continue;
        }
        let is_window = |begins: usize| {
            begins < figure.start
                && figure.unit.is_some_and(is_time)
                && found.last().is_some_and(|last: &Comparison| windowed(&lower[last.end..figure.start]))
        };
        if is_window(taken) {
            if let Some(last) = found.last_mut() {
                last.threshold.window = last.threshold.window.or(length(figure));
                last.end = figure.end;
                taken = figure.end;
            }
            continue;
        }
        let Some(comparison) = compared(text, lower, taken, figure) else { continue };
        taken = comparison.end;
        let mut comparison = comparison;
        take_windows(lower, &all[index + 1..], &mut comparison, &mut taken);
        found.push(comparison);
    }
    found
}

fn length(figure: &Figure) -> Option<Duration> {
    as_duration(figure.value, figure.unit?)
}

fn compared(text: &str, lower: &str, from: usize, figure: &Figure) -> Option<Comparison> {
    let after = &lower[figure.end..];
    let row = in_a_row(lower, figure);
    let (sign, start, mut end) = if let Some(end) = row {
        (">=", figure.start, end)
    } else if let Some((sign, at)) = before_figure(&lower[from..figure.start]) {
        if sign == ">" && figure.unit.is_some_and(is_time) && lower[..from + at].ends_with("averaged ") {
            return None;
        }
        (sign, from + at, figure.end)
    } else if let Some((sign, taken)) = after_figure(after) {
        (sign, figure.start, figure.end + taken)
    } else {
        return None;
    };
    let stated = text[figure.start..figure.end].trim_end().to_owned();
    let mut metric = metric_before(&text[from..start]).to_owned();
    let mut unit = figure.unit.map(Into::into);
    if row.is_some() {
        metric = row_metric(text, figure, end, &metric);
        unit = Some("consecutive".into());
    } else if metric.is_empty() {
        if let Some(counted) = figure.unit.filter(|unit| is_count(unit)) {
            metric = counted.to_owned();
        } else if figure.unit.is_none() {
            let (noun, taken) = noun_after(&text[end..]);
            if !noun.is_empty() {
                metric = noun.to_owned();
                end += taken;
            }
        }
    }
    let comparator = if figure.open { ">=" } else { sign };
    let threshold = Threshold {
        metric,
        comparator: Some(comparator.into()),
        figure: Some(figure.value),
        unit,
        stated: Some(stated),
        ..Threshold::default()
    };
    Some(Comparison { threshold, start, end })
}

/// Where "3 consecutive failures", "3 failed checks in a row" ends.
fn in_a_row(lower: &str, figure: &Figure) -> Option<usize> {
    let end_of_words = |from: usize, count: usize| {
        let mut end = from;
        for _ in 0..count {
            let rest = &lower[end..];
            let word = rest
                .trim_start()
                .find(|c: char| !c.is_alphanumeric() && c != '-' && c != '/')
                .unwrap_or(rest.trim_start().len());
            if word == 0 {
                break;
            }
            end += rest.len() - rest.trim_start().len() + word;
        }
        end
    };
    if figure.unit == Some("consecutive") {
        return Some(end_of_words(figure.end, 3));
    }
    let near = &lower[figure.start..floor(lower, (figure.end + 60).min(lower.len()))];
    let sentence = &near[..near.find(['.', ';', '|', ',']).unwrap_or(near.len())];
    let says = |at: usize| sentence[..at].ends_with("in a ro") || sentence[..at].ends_with("consecuti");
    if !memchr::memchr2_iter(b'w', b'v', sentence.as_bytes()).any(says) {
        return None;
    }
    for phrase in ["in a row", "consecutively", "consecutive times", "times consecutive"] {
        if let Some(at) = sentence.find(phrase) {
            return Some(figure.start + at + phrase.len());
        }
    }
    None
}

fn row_metric(text: &str, figure: &Figure, end: usize, before: &str) -> String {
    let inside =
        text[figure.end.min(end)..end].trim().trim_end_matches("in a row").trim_end_matches("consecutively").trim();
    let inside = inside.trim_start_matches("consecutive").trim();
    if inside.is_empty() || matches!(inside, "times" | "failures" | "failure" | "fails") && !before.is_empty() {
        before.to_owned()
    } else {
        inside.to_owned()
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn noun_after(text: &str) -> (&str, usize) {
    let trimmed = text.trim_start();
    let gap = text.len() - trimmed.len();
    const WORDS: [&str; 9] = [" in ", " per ", " for ", " over ", " within ", " on ", " of ", " and ", " or "];
    let stop = text.bytes().enumerate().position(|(at, byte)| match byte {
        b',' | b'.' | b';' | b')' | b'(' | b'|' => true,
        b' ' => WORDS.iter().any(|word| text[at..].starts_with(word)),
        _ => false,
    });
    let end = stop.map_or(trimmed.len(), |stop| stop.saturating_sub(gap));
    let noun = trimmed[..end].trim();
    let fits = noun.split_whitespace().count() <= 3 && noun.starts_with(|c: char| c.is_alphabetic()) && gap > 0;
    if fits { (noun, gap + end) } else { ("", 0) }
}

const WINDOW_WORDS: [&str; 20] = [
    "over",
    "for",
    "in",
    "within",
    "during",
    "last",
    "past",
    "every",
    "than",
    "least",
    "per",
    "a",
    "any",
    "the",
    "sustained",
    "/",
    "(",
    "across",
    "every",
    "window of",
];

fn windowed(between: &str) -> bool {
    let head = between.trim_end();
    between.len() <= 80
        && !between.contains(['.', ';'])
        && (WINDOW_WORDS.iter().any(|word| head.ends_with(word)) || head.ends_with(['>', '≥', '@']))
}

fn take_windows(lower: &str, later: &[Figure], comparison: &mut Comparison, taken: &mut usize) {
    let Some(figure) = later.first().filter(|figure| figure.unit.is_some_and(is_time)) else { return };
    if lower.get(comparison.end..figure.start).is_some_and(windowed) {
        comparison.threshold.window = length(figure);
        comparison.end = figure.end;
        *taken = figure.end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown: Vec<String> = comparisons(text)
            .iter()
            .map(|c| {
                let t = &c.threshold;
                let mut line =
                    format!("{} {} {}", t.metric, t.comparator.as_deref().unwrap_or("-"), t.figure.unwrap_or_default());
                if let Some(unit) = &t.unit {
                    line.push_str(&format!(" {unit}"));
                }
                if let Some(window) = t.window {
                    line.push_str(&format!(" for {window}"));
                }
                line
            })
            .collect();
        assert_eq!(shown.join(" | "), expected, "{text}");
    }

    #[test]
    fn signs() {
        check("Alert when 4xx rate > 3 % over 10 minutes", "4xx rate > 3 % for 10m");
        check("p99 latency > 750ms", "p99 latency > 750 ms");
        check("Free disk < 15%.", "Free disk < 15 %");
        check("> 25 in 2 min", " > 25 for 2m");
        check("- Coverage ≥ 70%", "Coverage >= 70 %");
        check("Errors: rate too high (e.g., >4% for 3m).", "rate > 4 % for 3m");
    }

    #[test]
    fn words() {
        check("if the queue depth stays above 1,000 for 15 minutes, scale out", "queue depth > 1000 for 15m");
        check("page the on-call when replication lag exceeds 30 seconds", "replication lag > 30 s");
        check("more than 20 errors in 5 minutes", "errors > 20 errors for 5m");
        check("Response time must be under 300 ms", "Response time < 300 ms");
        check("5 or more restarts", "restarts >= 5");
        check("CPU over 90% for more than 10 minutes", "CPU > 90 % for 10m");
    }

    #[test]
    fn in_a_row() {
        check("4 failed probes in a row", "failed probes >= 4 consecutive");
        check("readiness fails 3 times in a row", "readiness fails >= 3 consecutive");
        check("3 consecutive timeouts", "timeouts >= 3 consecutive");
    }

    #[test]
    fn none() {
        check("release v1.2.3 on 2026-01-02", "");
        check("over the weekend we tested 3 things", "");
    }
}
