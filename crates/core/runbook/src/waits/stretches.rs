//! Finds lengths of time in a text: "15–30 minutes", "24-48h", "5 min to 1 hour", "T+15m".

/// A length or range of time as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stretch<'t> {
    /// First byte, "T+" included.
    pub(super) start: usize,
    /// "T+" stands before it.
    pub(super) from_run_start: bool,
    /// The only figure, or a range's first.
    pub(super) figure: &'t str,
    /// The first figure's own unit in a range.
    pub(super) first_unit: Option<&'t str>,
    /// A range's second figure.
    pub(super) until: Option<&'t str>,
    /// The unit at its end.
    pub(super) unit: &'t str,
}

/// Units that a range's first figure may have, longer spellings first.
const FIRST_UNITS: [&str; 35] = [
    "ms",
    "milliseconds",
    "millisecond",
    "s",
    "secs",
    "sec",
    "seconds",
    "second",
    "sekunden",
    "sekunde",
    "m",
    "mins",
    "min",
    "minutes",
    "minute",
    "minuten",
    "minút",
    "h",
    "hrs",
    "hr",
    "hours",
    "hour",
    "stunden",
    "stunde",
    "hodín",
    "d",
    "days",
    "day",
    "tagen",
    "tage",
    "tagn",
    "tag",
    "w",
    "weeks",
    "week",
];

/// Units at the end; a letter or digit may not follow.
const UNITS: [&str; 35] = [
    "ms",
    "milliseconds",
    "millisecond",
    "s",
    "secs",
    "sec",
    "seconds",
    "second",
    "sekunden",
    "sekunde",
    "mins",
    "min",
    "minutes",
    "minute",
    "minuten",
    "minút",
    "m",
    "hrs",
    "hr",
    "hours",
    "hour",
    "stunden",
    "stunde",
    "hodín",
    "h",
    "days",
    "day",
    "tagen",
    "tage",
    "tagn",
    "tag",
    "d",
    "weeks",
    "week",
    "w",
];

/// The first one of a text.
pub(super) fn first(text: &str) -> Option<Stretch<'_>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        if let Some(found) = stretch_at(text, at) {
            return Some(found);
        }
        at += digits(&bytes[at..]);
    }
    None
}

fn stretch_at(text: &str, at: usize) -> Option<Stretch<'_>> {
    let rest = &text[at..];
    let figure = &rest[..figure_len(rest)];
    let after = skip_space(&rest[figure.len()..]);
    // A unit follows, or what joins a range's figures.
    if !after.as_bytes().first().is_some_and(|byte| matches!(byte | 0x20, b'a'..=b'z' | b'-') || !byte.is_ascii()) {
        return None;
    }
    let (first_unit, until, unit) = range(after).or_else(|| Some((None, None, last_unit(after)?)))?;
    let before = text[..at].trim_end_matches(is_space);
    let start = before.strip_suffix('+').filter(|head| head.ends_with(['t', 'T'])).map(|head| head.len() - 1);
    Some(Stretch { start: start.unwrap_or(at), from_run_start: start.is_some(), figure, first_unit, until, unit })
}

type Range<'t> = (Option<&'t str>, Option<&'t str>, &'t str);

/// What follows a range's first figure.
fn range(after: &str) -> Option<Range<'_>> {
    let joined = |rest: &'_ str| -> Option<usize> {
        let trimmed = skip_space(rest);
        let joint = ["-", "–", "—", "to", "bis"].iter().find(|joint| begins(trimmed, joint))?;
        Some(rest.len() - skip_space(&trimmed[joint.len()..]).len())
    };
    let first = after.as_bytes().first().map_or(0, |byte| byte | 0x20);
    let may_begin = |unit: &&&str| unit.as_bytes()[0] == first && begins(after, unit);
    let with_unit = FIRST_UNITS.iter().filter(may_begin).find_map(|unit| {
        let (own, rest) = after.split_at(unit.len());
        finish(&rest[joined(rest)?..]).map(|(until, unit)| (Some(own), Some(until), unit))
    });
    with_unit.or_else(|| finish(&after[joined(after)?..]).map(|(until, unit)| (None, Some(until), unit)))
}

/// A range's second figure and the unit.
fn finish(rest: &str) -> Option<(&str, &str)> {
    let length = figure_len(rest);
    let unit = (length > 0).then(|| last_unit(skip_space(&rest[length..])))??;
    Some((&rest[..length], unit))
}

fn last_unit(rest: &str) -> Option<&str> {
    let ends = |unit: &str| !rest.as_bytes().get(unit.len()).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let first = rest.as_bytes().first()? | 0x20;
    let unit = UNITS.iter().find(|unit| unit.as_bytes()[0] == first && begins(rest, unit) && ends(unit))?;
    Some(&rest[..unit.len()])
}

fn begins(text: &str, words: &str) -> bool {
    text.as_bytes().get(..words.len()).is_some_and(|head| head.eq_ignore_ascii_case(words.as_bytes()))
}

/// How many bytes a number takes, with its fraction.
fn figure_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let whole = digits(bytes);
    match bytes.get(whole) {
        Some(b'.') if whole > 0 => match digits(&bytes[whole + 1..]) {
            0 => whole,
            fraction => whole + 1 + fraction,
        },
        _ => whole,
    }
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches(is_space)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_write_them() {
        for (text, expected) in [
            ("for 15–30 minutes", Some((4, "15", None, Some("30"), "minutes"))),
            ("24-48h", Some((0, "24", None, Some("48"), "h"))),
            ("5 min to 1 Hour.", Some((0, "5", Some("min"), Some("1"), "Hour"))),
            ("5 m - 10 m", Some((0, "5", Some("m"), Some("10"), "m"))),
            ("at t+15m", Some((3, "15", None, None, "m"))),
            ("version 1.2.3 days", Some((10, "2.3", None, None, "days"))),
            ("2 Stunden", Some((0, "2", None, None, "Stunden"))),
            ("8080 or 5x", None),
            ("10.5 s", Some((0, "10.5", None, None, "s"))),
        ] {
            let found = first(text).map(|one| (one.start, one.figure, one.first_unit, one.until, one.unit));
            assert_eq!(found, expected, "{text}");
        }
    }
}
