//! Numbers in running text, each with its unit: `2s`, `1,000 req/s`, `three`, `99.9 %`, `10k`.

use super::units::unit_at;
use crate::words::IN_WORD;

/// A number as it stands in a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figure {
    /// The number, thousands and `k` applied.
    pub value: f64,
    /// Its unit in our spelling.
    pub unit: Option<&'static str>,
    /// First byte of the number.
    pub start: usize,
    /// One past its unit.
    pub end: usize,
    /// A `+` follows ("30+ min"): this or more.
    pub open: bool,
}

/// Every figure of `text`, in order. Digits inside words, versions and dates (`p95`, `v1.2.3`, `2026-03-01`, `9:00`) are none.
pub(crate) fn figures(text: &str) -> Vec<Figure> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_digit() {
            let end = run_end(bytes, at);
            // A part of a date or a clock time is no figure.
            if let Some(figure) = (starts_clean(bytes, at)).then(|| figure_at(text, at)).flatten() {
                at = figure.end;
                found.push(figure);
            } else {
                at = end;
            }
        } else if bytes[at].is_ascii_alphabetic() {
            let end = bytes[at..].iter().position(|b| !IN_WORD[usize::from(*b)]).map_or(bytes.len(), |n| at + n);
            let spelled = match bytes[at] | 0x20 {
                b'f' | b'o' | b's' | b't' => spelled_figure(text, at, end),
                b'h' | b'q' => part_of_an_hour(text, at),
                _ => None,
            };
            if let Some(figure) = spelled {
                at = figure.end.max(end);
                found.push(figure);
            } else {
                at = end;
            }
        } else {
            at += 1;
        }
    }
    found
}

fn run_end(bytes: &[u8], start: usize) -> usize {
    bytes[start..]
        .iter()
        .position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'.' | b',' | b'-' | b':'))
        .map_or(bytes.len(), |n| start + n)
}

fn starts_clean(bytes: &[u8], start: usize) -> bool {
    let Some(&before) = start.checked_sub(1).and_then(|i| bytes.get(i)) else { return true };
    match before {
        b'-' => !start.checked_sub(2).is_some_and(|i| bytes[i].is_ascii_alphabetic()),
        b'.' | b'_' | b'/' | b':' | b'#' | b'@' => {
            before == b':' && !start.checked_sub(2).is_some_and(|i| bytes[i].is_ascii_digit())
        }
        _ => !before.is_ascii_alphanumeric(),
    }
}

/// The figure that begins at byte `start` (a digit).
pub(crate) fn figure_at(text: &str, start: usize) -> Option<Figure> {
    let bytes = text.as_bytes();
    let mut end = start;
    // A number of more than 18 signs is none.
    let mut digits = [0; 20];
    let mut count = 0;
    let mut points = 0;
    while let Some(&byte) = bytes.get(end) {
        let next_is_digit = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        match byte {
            b'0'..=b'9' => count = put(&mut digits, count, byte),
            b'.' if next_is_digit => {
                points += 1;
                count = put(&mut digits, count, b'.');
            }
            b',' if next_is_digit
                && bytes.len() > end + 3
                && bytes[end + 1..end + 4].iter().all(u8::is_ascii_digit) => {}
            b',' if next_is_digit && points == 0 && count > 0 => {
                points += 1;
                count = put(&mut digits, count, b'.');
            }
            b':' if next_is_digit => return None,
            _ => break,
        }
        end += 1;
    }
    if points > 1 || count > 18 {
        return None;
    }
    let mut value: f64 = std::str::from_utf8(&digits[..count]).ok()?.parse().ok()?;
    let mut open = false;
    if bytes.get(end) == Some(&b'+') {
        open = true;
        end += 1;
    }
    if let Some((factor, taken)) = multiple(&bytes[end..]) {
        value *= factor;
        end += taken;
    }
    if text[end..].starts_with("°")
        || (bytes.get(end) == Some(&b'-') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) && count == 4)
    {
        return None;
    }
    let gap = text[end..].bytes().take_while(|b| matches!(b, b' ' | b'-')).count();
    let gap = if gap <= 1 { gap } else { 0 };
    let mut unit = None;
    if let Some((spelling, taken)) = unit_at(&text[end + gap..]) {
        let after = bytes.get(end + gap + taken);
        if after.is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_') {
            unit = Some(spelling);
            end += gap + taken;
        }
    }
    if unit.is_none() && bytes.get(end).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_') {
        return None;
    }
    if bytes.get(end) == Some(&b'+') {
        open = true;
        end += 1;
    }
    Some(Figure { value, unit, start, end, open })
}

/// Adds a sign, as long as there is room; how many there are.
fn put(digits: &mut [u8; 20], count: usize, sign: u8) -> usize {
    if let Some(place) = digits.get_mut(count) {
        *place = sign;
    }
    (count + 1).min(digits.len())
}

fn multiple(rest: &[u8]) -> Option<(f64, usize)> {
    let alone = rest.get(1).is_none_or(|b| !b.is_ascii_alphanumeric());
    match rest.first()? {
        b'k' | b'K' if alone => Some((1e3, 1)),
        b'M' if alone => Some((1e6, 1)),
        _ => None,
    }
}

/// "half an hour", "a quarter of an hour": lengths of time without a number.
fn part_of_an_hour(text: &str, start: usize) -> Option<Figure> {
    let minutes = |words: &str, value: f64| {
        let fits = text.get(start..start + words.len()).is_some_and(|part| part.eq_ignore_ascii_case(words));
        fits.then(|| Figure { value, unit: Some("minutes"), start, end: start + words.len(), open: false })
    };
    minutes("half an hour", 30.0).or_else(|| minutes("quarter of an hour", 15.0))
}

fn spelled_figure(text: &str, start: usize, end: usize) -> Option<Figure> {
    if end - start > 7 || end - start < 3 {
        return None;
    }
    let word = &text.as_bytes()[start..end];
    let value = [
        ("one", 1.0),
        ("two", 2.0),
        ("three", 3.0),
        ("four", 4.0),
        ("five", 5.0),
        ("six", 6.0),
        ("seven", 7.0),
        ("ten", 10.0),
        ("twelve", 12.0),
        ("fifteen", 15.0),
        ("twenty", 20.0),
        ("thirty", 30.0),
    ]
    .iter()
    .find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()))?
    .1;
    let gap = usize::from(matches!(text.as_bytes().get(end), Some(b' ' | b'-')));
    let (unit, taken) = unit_at(&text[end + gap..])?;
    Some(Figure { value, unit: Some(unit), start, end: end + gap + taken, open: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown: Vec<String> = figures(text)
            .iter()
            .map(|f| {
                format!(
                    "{}{}{}",
                    f.value,
                    f.unit.map(|u| format!(" {u}")).unwrap_or_default(),
                    if f.open { "+" } else { "" }
                )
            })
            .collect();
        assert_eq!(shown.join(", "), expected, "{text}");
    }

    #[test]
    fn numbers_with_units() {
        check("more than 2s or 1,500 ms", "2 s, 1500 ms");
        check("99.95% of 10k requests", "99.95 %, 10000 requests");
        check("30+ min", "30 minutes+");
        check("within 15-minute windows", "15 minutes");
        check("three consecutive", "3 consecutive");
        check("0,5 %", "0.5 %");
    }

    #[test]
    fn what_is_no_number() {
        check("p95 of v1.2.3 on 2026-03-01 at 9:00, sha256 and ec2", "");
        check("one person", "");
    }

    #[test]
    fn ranges_are_two_figures() {
        check("0-5 min", "0, 5 minutes");
        check("15–30 minutes", "15, 30 minutes");
    }
}
