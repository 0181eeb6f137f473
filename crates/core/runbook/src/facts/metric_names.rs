//! The words before a comparator that name what is measured.

use super::comparators::without_verbs;

/// Words that begin the part of a sentence which names the metric.
const BEGIN: [&str; 22] = [
    " when ",
    " if ",
    " where ",
    " while ",
    " until ",
    " unless ",
    " that ",
    " whenever ",
    " once ",
    ". ",
    "; ",
    ": ",
    " – ",
    " — ",
    " - ",
    "->",
    "→",
    " (",
    ", ",
    "[",
    "| ",
    " ensure ",
];

/// Words at the start that do not belong to the metric.
const LEADS: [&str; 33] = [
    "alert when",
    "alert if",
    "alert on",
    "alerts when",
    "page when",
    "page if",
    "fires when",
    "fire when",
    "warn when",
    "warn if",
    "notify when",
    "notify if",
    "triggers when",
    "triggered when",
    "when",
    "if",
    "ensure",
    "verify",
    "confirm",
    "check",
    "that",
    "the",
    "target",
    "keep",
    "and",
    "or",
    "any",
    "e.g.",
    "i.e.",
    "goal",
    "maintain",
    "a",
    "an",
];

/// The words that name what is measured, from what stands before the comparator.
pub(crate) fn metric_before(before: &str) -> &str {
    let mut head = without_verbs(before);
    if let Some(open) = before.trim_end().strip_suffix('(').or_else(|| {
        before
            .rfind('(')
            .filter(|at| before[at + 1..].trim_matches([' ', ',', ':']).len() <= 5 && !before[*at..].contains(')'))
            .map(|at| &before[..at])
    }) {
        head = without_threshold_words(without_verbs(open));
    }
    let cut = BEGIN
        .iter()
        .filter_map(|mark| rfind_ignoring_case(head, mark).map(|at| at + mark.len()))
        .filter(|cut| head[*cut..].trim().len() > 1)
        .max()
        .unwrap_or(0);
    let mut metric = head[cut..].trim().trim_matches(['*', '`', '_', '"', ' ', '-', '•']);
    loop {
        let shorter = LEADS.iter().find_map(|lead| strip_lead(metric, lead));
        match shorter {
            Some(rest) => metric = rest,
            None => return without_threshold_words(metric),
        }
    }
}

fn rfind_ignoring_case(text: &str, mark: &str) -> Option<usize> {
    let (text, mark) = (text.as_bytes(), mark.as_bytes());
    if text.len() < mark.len() {
        return None;
    }
    let first = mark[0].to_ascii_lowercase();
    (0..=text.len() - mark.len())
        .rev()
        .find(|&at| text[at].to_ascii_lowercase() == first && text[at..at + mark.len()].eq_ignore_ascii_case(mark))
}

fn strip_lead<'t>(text: &'t str, lead: &str) -> Option<&'t str> {
    let head = text.get(..lead.len())?;
    let rest = &text[lead.len()..];
    (head.eq_ignore_ascii_case(lead) && rest.starts_with([' ', ':'])).then(|| rest.trim_start_matches([' ', ':', '*']))
}

fn without_threshold_words(text: &str) -> &str {
    const TAILS: [&str; 8] = [
        "exceeds threshold",
        "exceeds the threshold",
        "above threshold",
        "is too high",
        "is high",
        "too high",
        "is elevated",
        "elevated",
    ];
    let trimmed = text.trim_end();
    let shorter = TAILS.iter().find_map(|tail| {
        let at = trimmed.len().checked_sub(tail.len())?;
        let ends = trimmed.get(at..)?.eq_ignore_ascii_case(tail);
        trimmed.get(..at).map(str::trim_end).filter(|head| ends && !head.trim().is_empty())
    });
    shorter.unwrap_or(trimmed)
}
