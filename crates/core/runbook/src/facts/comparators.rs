//! Comparators, as signs and as words: `>`, `≥`, "exceeds", "drops below", "at least".

use std::sync::LazyLock;

/// What stands just before a figure, longest first within a meaning. Broken encodings of `≥` and `≤` are known.
const BEFORE: [(&str, &str); 74] = [
    (">=", ">="),
    ("=>", ">="),
    ("≥", ">="),
    ("‚â•", ">="),
    ("â‰¥", ">="),
    ("&gt;=", ">="),
    ("⩾", ">="),
    ("<=", "<="),
    ("=<", "<="),
    ("≤", "<="),
    ("‚â§", "<="),
    ("â‰¤", "<="),
    ("&lt;=", "<="),
    ("⩽", "<="),
    ("at least", ">="),
    ("no less than", ">="),
    ("not less than", ">="),
    ("no fewer than", ">="),
    ("minimum of", ">="),
    ("minimum", ">="),
    ("greater than or equal to", ">="),
    ("more than or equal to", ">="),
    ("reaches", ">="),
    ("reach", ">="),
    ("hits", ">="),
    ("at most", "<="),
    ("no more than", "<="),
    ("not more than", "<="),
    ("not exceed", "<="),
    ("not exceeding", "<="),
    ("maximum of", "<="),
    ("maximum", "<="),
    ("up to", "<="),
    ("within", "<="),
    ("less than or equal to", "<="),
    ("lower than or equal to", "<="),
    ("max", "<="),
    ("never exceeds", "<="),
    ("not above", "<="),
    ("not below", ">="),
    ("not less", ">="),
    (">", ">"),
    ("&gt;", ">"),
    ("exceeds", ">"),
    ("exceed", ">"),
    ("exceeding", ">"),
    ("exceeded", ">"),
    ("above", ">"),
    ("over", ">"),
    ("greater than", ">"),
    ("more than", ">"),
    ("higher than", ">"),
    ("larger than", ">"),
    ("longer than", ">"),
    ("older than", ">"),
    ("slower than", ">"),
    ("beyond", ">"),
    ("surpasses", ">"),
    ("bigger than", ">"),
    ("<", "<"),
    ("&lt;", "<"),
    ("below", "<"),
    ("under", "<"),
    ("less than", "<"),
    ("lower than", "<"),
    ("fewer than", "<"),
    ("shorter than", "<"),
    ("smaller than", "<"),
    ("faster than", "<"),
    ("≈", "~"),
    ("~", "~"),
    ("==", "="),
    ("equals", "="),
    ("=", "="),
];

/// What may stand between the comparator and the figure.
const FILLERS: [&str; 8] = ["about", "around", "roughly", "a", "the", "$", "**", "`"];

/// Verbs that lead to a comparator word and belong to neither the metric nor the figure.
const VERBS: [&str; 41] = [
    "is",
    "are",
    "was",
    "be",
    "stays",
    "stay",
    "remains",
    "remain",
    "goes",
    "go",
    "rises",
    "rise",
    "climbs",
    "drops",
    "drop",
    "falls",
    "fall",
    "dips",
    "spikes",
    "spike",
    "jumps",
    "gets",
    "takes",
    "take",
    "runs",
    "has",
    "been",
    "should",
    "must",
    "will",
    "grows",
    "increases",
    "increase",
    "consistently",
    "keep",
    "exceeds",
    "persistently",
    "stably",
    "running",
    "being",
    "dropping",
];

/// The comparator whose words end `before` (what precedes a figure; lower case): its sign and where its words begin.
pub(crate) fn before_figure(before: &str) -> Option<(&'static str, usize)> {
    let mut head = before.trim_end();
    while let Some(rest) = FILLERS.iter().find_map(|filler| strip_word(head, filler)) {
        head = rest.trim_end();
    }
    let last = *head.as_bytes().last()?;
    let (words, sign) = BY_LAST[usize::from(last)].iter().find(|(words, _)| strip_word(head, words).is_some())?;
    Some((sign, head.len() - words.len()))
}

/// Per last byte: the comparators that end with it, longest first.
static BY_LAST: LazyLock<[Vec<(&str, &str)>; 256]> = LazyLock::new(|| {
    let mut by_last = [const { Vec::new() }; 256];
    for pair in BEFORE {
        by_last[usize::from(pair.0.as_bytes()[pair.0.len() - 1])].push(pair);
    }
    by_last.iter_mut().for_each(|pairs| pairs.sort_by_key(|(words, _)| std::cmp::Reverse(words.len())));
    by_last
});

fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    // Nearly all words are told apart by their last byte.
    if text.as_bytes().last() != word.as_bytes().last() {
        return None;
    }
    let rest = text.strip_suffix(word)?;
    let letters = word.as_bytes()[0].is_ascii_alphabetic();
    (!letters || !rest.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')).then_some(rest)
}

/// The comparator whose words begin `after` (what follows a figure; lower case): its sign and how many bytes they take.
pub(crate) fn after_figure(after: &str) -> Option<(&'static str, usize)> {
    const AFTER: [(&str, &str); 14] = [
        ("or more", ">="),
        ("or higher", ">="),
        ("or above", ">="),
        ("or greater", ">="),
        ("or longer", ">="),
        ("and above", ">="),
        ("or over", ">="),
        ("or less", "<="),
        ("or fewer", "<="),
        ("or lower", "<="),
        ("or below", "<="),
        ("or faster", "<="),
        ("and below", "<="),
        ("or better", ">="),
    ];
    let trimmed = after.trim_start();
    let gap = after.len() - trimmed.len();
    let (words, sign) = AFTER.iter().find(|(words, _)| trimmed.starts_with(words))?;
    Some((sign, gap + words.len()))
}

/// `text` without verbs and fillers at its end ("error rate has been" → "error rate").
pub(crate) fn without_verbs(text: &str) -> &str {
    let mut head = text.trim_end_matches([' ', ',', ':', '-', '–', '—', '(', '*', '`', '\t', '|', '"']);
    loop {
        let start = head.rfind(' ').map_or(0, |i| i + 1);
        let last = &head[start..];
        if !VERBS.iter().any(|verb| last.eq_ignore_ascii_case(verb)) {
            return head;
        }
        head = head[..start].trim_end_matches([' ', ',', ':', '-', '–', '—', '(']);
        if head.is_empty() {
            return head;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, sign: &str, metric: &str) {
        let (found, start) = before_figure(before).expect(before);
        assert_eq!((found, without_verbs(&before[..start])), (sign, metric), "{before}");
    }

    #[test]
    fn signs_and_words() {
        check("error rate > ", ">", "error rate");
        check("error rate is greater than ", ">", "error rate");
        check("disk usage stays below ", "<", "disk usage");
        check("coverage ‚â• ", ">=", "coverage");
        check("latency must be no more than ", "<=", "latency");
        check("free space drops below about ", "<", "free space");
        check("queue depth exceeds ", ">", "queue depth");
        assert_eq!(before_figure("the recover"), None);
        assert_eq!(after_figure(" or more in a row"), Some((">=", 8)));
    }
}
