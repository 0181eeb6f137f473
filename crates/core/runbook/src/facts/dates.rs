//! Calendar dates as people write them, brought to `2026-03-29`.

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The first date in `text` as an ISO date. Ambiguous ones (`03/04/2026`) and impossible ones are none.
pub(crate) fn date_in(text: &str) -> Option<String> {
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).take(40).collect();
    (0..parts.len()).find_map(|at| {
        let three = parts.get(at..at + 3)?;
        year_first(three).or_else(|| day_first(three)).or_else(|| month_first(three))
    })
}

fn year_first(parts: &[&str]) -> Option<String> {
    let day = parts[2].split(['T', 't']).next()?;
    iso(year(parts[0])?, month(parts[1])?, number(day)?)
}

fn day_first(parts: &[&str]) -> Option<String> {
    let year = year(parts[2])?;
    let first = ordinal(parts[0])?;
    match named_month(parts[1]) {
        Some(month) => iso(year, month, first),
        None => {
            let second = number(parts[1])?;
            match (first > 12, second > 12) {
                (true, false) => iso(year, second, first),
                (false, true) => iso(year, first, second),
                _ if first == second => iso(year, second, first),
                _ => None,
            }
        }
    }
}

fn month_first(parts: &[&str]) -> Option<String> {
    iso(year(parts[2])?, named_month(parts[0])?, ordinal(parts[1])?)
}

fn iso(year: u32, month: u32, day: u32) -> Option<String> {
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    (1..=days).contains(&day).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

fn year(text: &str) -> Option<u32> {
    number(text).filter(|year| text.len() == 4 && (1990..2200).contains(year))
}

fn month(text: &str) -> Option<u32> {
    named_month(text).or_else(|| number(text))
}

fn named_month(text: &str) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    let at = MONTHS
        .iter()
        .position(|month| *month == lower || lower.len() >= 3 && lower.len() <= 4 && month.starts_with(&lower))?;
    u32::try_from(at + 1).ok()
}

fn number(text: &str) -> Option<u32> {
    (text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn ordinal(text: &str) -> Option<u32> {
    number(text).or_else(|| {
        number(
            text.strip_suffix("st")
                .or_else(|| text.strip_suffix("nd"))
                .or_else(|| text.strip_suffix("rd"))
                .or_else(|| text.strip_suffix("th"))?,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_many_forms() {
        for (text, date) in [
            ("2026-03-29 (quarterly)", "2026-03-29"),
            ("March 29th, 2026", "2026-03-29"),
            ("29 Mar 2026", "2026-03-29"),
            ("29/03/2026", "2026-03-29"),
            ("03/29/2026", "2026-03-29"),
            ("2026/3/9", "2026-03-09"),
            ("on 2026-03-29T10:00Z", "2026-03-29"),
            ("Sept 1, 2025", "2025-09-01"),
        ] {
            assert_eq!(date_in(text).as_deref(), Some(date), "{text}");
        }
        for text in ["03/04/2026", "2026-13-01", "2026-02-30", "v1.2.3", "", "YYYY-MM-DD"] {
            assert_eq!(date_in(text), None, "{text}");
        }
    }
}
