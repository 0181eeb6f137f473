//! Lengths and ranges of time in words: "15–30 minutes", "0-5 min", "30+ min", "T+24h", "within an hour".

use callsheet_base::Duration;

use super::figures::{Figure, figures};
use super::units::{as_duration, is_time};

/// A stretch of time from a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stretch {
    /// The first figure of a range; `None` when only one is given.
    pub from: Option<Duration>,
    /// The second figure of a range, or the only one; `None` when it is open ("30+ min").
    pub until: Option<Duration>,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Stretch {
    /// The longer figure, or the only one.
    pub fn longest(&self) -> Option<Duration> {
        self.until.or(self.from)
    }
}

/// The first length or range of time in `text`.
pub(crate) fn stretch(text: &str) -> Option<Stretch> {
    stretches(text).into_iter().next()
}

/// Every length or range of time in `text`, in order.
pub(crate) fn stretches(text: &str) -> Vec<Stretch> {
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return spelled(text).into_iter().collect();
    }
    let all = figures(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let figure = &all[at];
        if let Some((range, taken)) = range(text, &all, at) {
            found.push(range);
            at += taken;
            continue;
        }
        if let Some(length) = figure.unit.filter(|unit| is_time(unit)).and_then(|unit| as_duration(figure.value, unit))
        {
            let (from, until) = if figure.open { (Some(length), None) } else { (None, Some(length)) };
            found.push(Stretch { from, until, start: figure.start, end: figure.end });
        }
        at += 1;
    }
    found
}

fn range(text: &str, all: &[Figure], at: usize) -> Option<(Stretch, usize)> {
    let (first, second) = (all.get(at)?, all.get(at + 1)?);
    let unit = second.unit.filter(|unit| is_time(unit))?;
    let between = text.get(first.end..second.start)?;
    let joins = matches!(between.trim(), "-" | "–" | "—" | "to" | "‐" | "‑" | "−" | "â€“" | "‚Äì" | "..");
    if !joins {
        return None;
    }
    let from = as_duration(first.value, first.unit.filter(|unit| is_time(unit)).unwrap_or(unit))?;
    let until = as_duration(second.value, unit)?;
    Some((Stretch { from: Some(from), until: Some(until), start: first.start, end: second.end }, 2))
}

fn spelled(text: &str) -> Option<Stretch> {
    let lower = text.to_ascii_lowercase();
    for (words, length) in [
        ("half an hour", Duration::from_mins(30)),
        ("an hour", Duration::from_hours(1)),
        ("one hour", Duration::from_hours(1)),
        ("a minute", Duration::from_mins(1)),
        ("a day", Duration::from_hours(24)),
    ] {
        if let Some(start) = lower.find(words) {
            let before = lower[..start].trim_end();
            if before.is_empty()
                || ["within", "for", "after", "in", "than", "least"].iter().any(|word| before.ends_with(word))
            {
                return Some(Stretch { from: None, until: Some(length), start, end: start + words.len() });
            }
        }
    }
    figures(text).iter().find_map(|figure| {
        let unit = figure.unit.filter(|unit| is_time(unit))?;
        Some(Stretch {
            from: None,
            until: Some(as_duration(figure.value, unit)?),
            start: figure.start,
            end: figure.end,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown: Vec<String> = stretches(text)
            .iter()
            .map(|s| match (s.from, s.until) {
                (None, Some(until)) => until.to_string(),
                (Some(from), Some(until)) => format!("{from}..{until}"),
                (Some(from), None) => format!("{from}.."),
                (None, None) => "-".to_owned(),
            })
            .collect();
        assert_eq!(shown.join(", "), expected, "{text}");
    }

    #[test]
    fn lengths_and_ranges() {
        check("(10–20 minutes)", "10m..20m");
        check("0-5 min", "0s..5m");
        check("45+ min", "45m..");
        check("24-48h", "1d..2d");
        check("T+15m, T+1h and T+24h", "15m, 1h, 1d");
        check("after two hours", "2h");
        check("within an hour", "1h");
        check("30 min to 1 hour", "30m..1h");
        check("port 8080", "");
    }
}
