//! When something recurs, in words, and the same as a cron line in UTC where it can be said so.

use std::sync::LazyLock;

use regex::Regex;

use crate::words::phrases;

/// A phrase that says how often or when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cadence {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Minute, hour, day of month, month, weekday (UTC).
    pub cron: Option<String>,
}

const MONTH: &str = "january|february|march|april|june|july|august|september|october|november|december";
const DAY: &str = "monday|tuesday|wednesday|thursday|friday|saturday|sunday";

static RECURRENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let rank = "1st|2nd|3rd|4th|first|second|third|fourth|last";
    let unit = "seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|quarters?|years?|sprints?|releases?|business days?|weekdays?|working days?|mornings?|evenings?|nights?|shifts?";
    Regex::new(&format!(
        r"(?-u)\b(?:(?:every|each)\s+(?:other\s+|single\s+)?(?:\d+\s*(?:-|–)?\s*(?:\d+\s*)?)?(?:{unit}|s|m|h|d|{DAY}|{MONTH})\b|(?:once|twice|\d+\s*(?:x|times)|one time|two times|three times)\s*(?:a|an|per|each|every|/)\s*(?:day|week|month|quarter|year|hour|shift|sprint|release)|(?:{rank})\s+(?:{DAY}|day|weekday|business day)s?(?:\s+of\s+(?:the|each|every)\s+(?:month|quarter))?|(?:on\s+)?(?:{DAY})s\b|on\s+(?:{DAY})\b|(?:hourly|daily|nightly|weekly|bi-?weekly|fortnightly|semi-?monthly|monthly|bi-?monthly|quarterly|semi-?annually|half-?yearly|annually|yearly|weekdays)\b|periodically\b|on a (?:regular|scheduled|recurring) (?:basis|schedule)|at regular intervals)"
    ))
    .ok()
});

static CLOCK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)\b(\d{1,2})(?::(\d{2}))?(?:\s*(?:-|–|—|to)\s*\d{1,2}(?::\d{2})?)?\s*(am|pm|a\.m\.|p\.m\.)?(?:\s*\(?(utc|gmt|z|[ecmp][sd]?t|cet|cest|bst|ist|jst|aest|local(?: time)?|[a-z]+/[a-z_]+)\b\)?)?").ok()
});

static CRON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let field = r"(?:\*(?:/\d{1,3})?|\d{1,2}(?:-\d{1,2})?(?:,\d{1,2}(?:-\d{1,2})?)*(?:/\d{1,2})?)";
    let weekday = r"(?:\*|\d(?:-\d)?(?:,\d)*|(?:MON|TUE|WED|THU|FRI|SAT|SUN)(?:[-,](?:MON|TUE|WED|THU|FRI|SAT|SUN))*)";
    Regex::new(&format!(r"(?-u)(?:^|[\s`'\x22(:])({field} {field} {field} {field} {weekday})(?:$|[\s`'\x22)])")).ok()
});

/// A cheap look before [`RECURRENCE`]: each of its matches holds one of these.
fn may_recur(lower: &str) -> bool {
    phrases![
        "hourly",
        "daily",
        "nightly",
        "weekly",
        "monthly",
        "quarterly",
        "annually",
        "yearly",
        "periodically",
        "every",
        "each ",
        "once ",
        "twice ",
        "times ",
        "day",
        "regular interval",
        "basis",
    ]
    .stand_in(lower)
}

/// The first phrase of `lower` (ASCII lower case) that says how often.
pub(crate) fn recurrence(lower: &str) -> Option<Cadence> {
    if !may_recur(lower) {
        return None;
    }
    for found in RECURRENCE.as_ref()?.find_iter(lower) {
        let (start, end) = (found.start(), found.end());
        let before = lower.as_bytes()[..start].last().copied().unwrap_or(b' ');
        let after = lower.as_bytes()[end..].first().copied().unwrap_or(b' ');
        let part_of_a_name = matches!(before, b'-' | b'_' | b'/' | b'.' | b'#' | b'@')
            || matches!(after, b'-' | b'_' | b'/')
            || after == b'.' && lower[end + 1..].starts_with(|c: char| c.is_alphanumeric());
        if !part_of_a_name {
            return Some(Cadence { start, end, cron: cron(&lower[start..]) });
        }
    }
    None
}

/// Where a clock time begins and ends, and its minute and hour in UTC.
pub(crate) type Clock = (usize, usize, Option<(u32, u32)>);

/// A clock time ("9:00 AM", "17:00 UTC", "2–4 AM UTC"): where it stands, and minute and hour in UTC if no other zone is named.
pub(crate) fn clock(lower: &str) -> Option<Clock> {
    if !lower.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    CLOCK.as_ref()?.captures_iter(lower).find_map(|found| {
        let whole = found.get(0)?;
        let (minutes, half, zone) = (found.get(2), found.get(3), found.get(4));
        if minutes.is_none() && half.is_none() {
            return None;
        }
        let before = lower.as_bytes()[..whole.start()].last().copied().unwrap_or(b' ');
        if matches!(before, b':' | b'.' | b'-' | b'/' | b'_') || lower[whole.end()..].starts_with([':', '/', '_']) {
            return None;
        }
        let mut hour: u32 = found.get(1)?.as_str().parse().ok()?;
        let minute: u32 = minutes.map_or(Some(0), |m| m.as_str().parse().ok())?;
        match half.map(|half| half.as_str().as_bytes()[0]) {
            Some(b'p') if hour < 12 => hour += 12,
            Some(b'a') if hour == 12 => hour = 0,
            _ => {}
        }
        if hour > 23 || minute > 59 {
            return None;
        }
        let utc = zone.is_none_or(|zone| matches!(zone.as_str(), "utc" | "gmt" | "z"));
        Some((whole.start(), whole.end(), utc.then_some((minute, hour))))
    })
}

/// A literal cron line in `text`.
pub(crate) fn literal_cron(text: &str) -> Option<&str> {
    if memchr::memchr(b'*', text.as_bytes()).is_none() || !text.contains(' ') {
        return None;
    }
    Some(CRON.as_ref()?.captures(text)?.get(1)?.as_str())
}

/// A cron line for a phrase like "every 15 minutes", "daily at 9:00", "second Sunday 2–4 AM UTC"; `None` if it needs more than cron says.
pub(crate) fn cron(phrase: &str) -> Option<String> {
    let lower = phrase.to_ascii_lowercase();
    let (minute, hour) = match clock(&lower) {
        Some((_, _, at)) => at?,
        None => (0, 0),
    };
    let has = |word: &str| lower.contains(word);
    if let Some(line) = every_so_often(&lower) {
        return Some(line);
    }
    let weekday = DAY.split('|').position(has).map(|at| (at + 1) % 7);
    let rank =
        [("first", 1), ("1st", 1), ("second", 2), ("2nd", 2), ("third", 3), ("3rd", 3), ("fourth", 4), ("4th", 4)]
            .iter()
            .find(|(word, _)| has(word))
            .map(|(_, nth)| *nth);
    if let (Some(day), Some(nth)) = (weekday, rank) {
        let months = if has("quarter") { "1,4,7,10" } else { "*" };
        return (!has("year")).then(|| format!("{minute} {hour} * {months} {day}#{nth}"));
    }
    if has("other") || has("bi") || has("last ") || has("semi") || has("twice") || has("times") || has("business") {
        return None;
    }
    if has("weekday") {
        return Some(format!("{minute} {hour} * * 1-5"));
    }
    if let Some(day) = weekday {
        return Some(format!("{minute} {hour} * * {day}"));
    }
    if has("hourly") || has("every hour") || has("each hour") {
        Some("0 * * * *".to_owned())
    } else if has("quarter") {
        Some(format!("{minute} {hour} 1 1,4,7,10 *"))
    } else if has("month") {
        Some(format!("{minute} {hour} 1 * *"))
    } else if has("week") {
        Some(format!("{minute} {hour} * * 1"))
    } else if has("year") || has("annual") {
        Some(format!("{minute} {hour} 1 1 *"))
    } else if has("daily") || has("day") || has("nightly") || has("night") || has("morning") || has("evening") {
        Some(format!("{minute} {hour} * * *"))
    } else {
        None
    }
}

fn every_so_often(lower: &str) -> Option<String> {
    let rest = lower.strip_prefix("every").or_else(|| lower.strip_prefix("each"))?.trim_start();
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    if digits == 0 {
        return rest.starts_with("minute").then(|| "* * * * *".to_owned());
    }
    let count: u32 = rest[..digits].parse().ok()?;
    let unit = rest[digits..].trim_start_matches([' ', '-']);
    match unit.as_bytes().first()? {
        b'm' if !unit.starts_with("mo") && (1..60).contains(&count) && 60 % count == 0 => {
            Some(format!("*/{count} * * * *"))
        }
        b'h' if (1..24).contains(&count) && 24 % count == 0 => Some(format!("0 */{count} * * *")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, phrase: &str, cron: &str) {
        let lower = text.to_ascii_lowercase();
        let found = recurrence(&lower).map(|c| (lower[c.start..c.end].to_owned(), c.cron.unwrap_or_default()));
        assert_eq!(found, (!phrase.is_empty()).then(|| (phrase.to_owned(), cron.to_owned())), "{text}");
    }

    #[test]
    fn phrases_and_their_cron_lines() {
        check("Rotate keys quarterly.", "quarterly", "0 0 1 1,4,7,10 *");
        check("Post an update every 20 minutes", "every 20 minutes", "*/20 * * * *");
        check("Every 6 hours", "every 6 hours", "0 */6 * * *");
        check("Third Saturday 1-3 AM UTC", "third saturday", "0 1 * * 6#3");
        check("Daily at 08:30 UTC", "daily", "30 8 * * *");
        check("Weekly, Monday 10:00", "weekly", "0 10 * * 1");
        check("on Fridays", "on fridays", "0 0 * * 5");
        check("first Monday of each quarter", "first monday of each quarter", "0 0 * 1,4,7,10 1#1");
        check("every other week", "every other week", "");
        check("twice a year", "twice a year", "");
        check("Daily at 9:00 EST", "daily", "");
        check("every 7 minutes", "every 7 minutes", "");
    }

    #[test]
    fn names_are_no_phrases() {
        check("run weekly-report.sh in scripts/daily/", "", "");
        check("the second replica applies the family", "", "");
    }

    #[test]
    fn clock_times() {
        assert_eq!(clock("at 9:00 am").map(|c| c.2), Some(Some((0, 9))));
        assert_eq!(clock("5:30 pm").map(|c| c.2), Some(Some((30, 17))));
        assert_eq!(clock("2–4 am utc").map(|c| c.2), Some(Some((0, 2))));
        assert_eq!(clock("17:00 pst").map(|c| c.2), Some(None));
        assert_eq!(clock("image:12:34:56"), None);
        assert_eq!(clock("port 8080"), None);
    }

    #[test]
    fn written_cron_lines() {
        assert_eq!(literal_cron("schedule: \"15 3 * * 1-5\""), Some("15 3 * * 1-5"));
        assert_eq!(literal_cron("rm *  2 3 4"), None);
    }
}
