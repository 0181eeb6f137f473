//! Timed waits: "for 15–30 minutes", "24-48h", "T+15m".

mod stretches;

use callsheet_base::Duration;
use stretches::first;

use crate::model::WaitSpan;
use crate::words::phrases;

/// The first length of time in a text: shortest and longest figure.
pub fn span(text: &str) -> Option<WaitSpan> {
    let text = clip(text);
    let found = first(text)?;
    let unit = unit(found.unit);
    let first_unit = found.first_unit.map_or(unit, self::unit);
    let least = format!("{}{}", found.figure, first_unit).parse::<Duration>().ok()?;
    let most = match found.until {
        Some(figure) => format!("{figure}{unit}").parse().ok()?,
        None => least,
    };
    Some(WaitSpan { least: least.min(most), most: most.max(least), from_run_start: found.from_run_start })
}

/// The longest length of time in a heading, if it says one.
pub fn longest(text: &str) -> Option<Duration> {
    span(text).map(|span| span.most)
}

/// Whether words ask to let time pass: "monitor for 24–48 h", "wait 5 minutes".
pub fn is_timed(lower: &str) -> bool {
    let lower = clip(lower);
    let Some(found) = first(lower) else { return false };
    let before = lower[..found.start].trim_end().trim_end_matches('~').trim_end();
    let lead = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '+')).next().unwrap_or_default();
    let during = matches!(
        lead,
        "for"
            | "wait"
            | "soak"
            | "sleep"
            | "pause"
            | "least"
            | "another"
            | "für"
            | "warten"
            | "warte"
            | "pendant"
            | "durante"
            | "por"
            | "počkaj"
            | "about"
            | "first"
            | "next"
            | "approximately"
            | "hold"
    );
    during
        && phrases![
            "wait",
            "monitor",
            "observ",
            "soak",
            "watch",
            "sleep",
            "pause",
            "confirm",
            "verify",
            "stable",
            "hold",
            "let ",
            "warte",
            "beobacht",
            "überwach",
            "attend",
            "surveill",
            "esper",
            "monitor",
            "aguard",
            "počk",
            "sled",
            "stay",
            "remain",
            "bake",
        ]
        .stand_in(lower)
}

fn unit(text: &str) -> &'static str {
    match text.to_lowercase().as_str() {
        "ms" | "millisecond" | "milliseconds" => "ms",
        unit if unit.starts_with('s') => "s",
        unit if unit.starts_with('m') => "m",
        unit if unit.starts_with('h') => "h",
        unit if unit.starts_with('d') || unit.starts_with("tag") => "d",
        _ => "w",
    }
}

fn clip(text: &str) -> &str {
    let mut end = text.len().min(2000);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        let check = |text: &str, least: &str, most: &str| {
            let span = span(text).unwrap();
            assert_eq!((span.least.to_string().as_str(), span.most.to_string().as_str()), (least, most), "{text}");
        };
        check("for 15–30 minutes", "15m", "30m");
        check("monitor for 24-48h", "1d", "2d");
        check("wait 90 seconds", "1m30s", "1m30s");
        check("at T+15m", "15m", "15m");
        assert!(span("at T+15m").unwrap().from_run_start);
        assert_eq!(span("port 8080"), None);
    }

    #[test]
    fn only_passing_time_is_a_wait() {
        assert!(is_timed("monitor for 15 minutes"));
        assert!(is_timed("wait 5 min"));
        assert!(!is_timed("verify at t+15m"));
        assert!(!is_timed("restart (takes 5 min)"));
    }
}
