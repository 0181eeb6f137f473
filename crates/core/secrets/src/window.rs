//! When rotations may be made: `Sun 02:00-04:00`, `second Sun 02:00-04:00`, `Mon,Wed 22:00-01:00`, `daily 03:00-04:00`; in UTC.

use std::fmt;
use std::str::FromStr;

use callsheet_base::Timestamp;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Zoned};
use serde::{Deserialize, Serialize};

/// A time of the week, or of the month. One that ends before it begins goes on into the next day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Window {
    text: String,
    /// Empty: every day.
    days: Vec<Weekday>,
    /// Which of them in the month, 1 to 4; -1 is the last.
    nth: Option<i8>,
    from: Time,
    to: Time,
}

/// Why a text is no window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no window: write `Sun 02:00-04:00`, `second Sun 02:00-04:00`, `Mon,Wed 22:00-01:00` or `daily 03:00-04:00` (UTC)"
)]
pub struct WindowError(String);

impl Window {
    /// Whether `at` lies in it.
    pub fn holds(&self, at: Timestamp) -> bool {
        let here = at.to_zoned(TimeZone::UTC);
        let yesterday = here.checked_sub(Span::new().days(1));
        let time = here.time();
        if self.from < self.to {
            return self.begins_on(&here) && self.from <= time && time < self.to;
        }
        let since_yesterday = time < self.to && yesterday.is_ok_and(|day| self.begins_on(&day));
        (self.begins_on(&here) && self.from <= time) || since_yesterday
    }

    /// When it begins the next time after `at`; within the next 400 days.
    pub fn next(&self, at: Timestamp) -> Option<Timestamp> {
        let mut day = at.to_zoned(TimeZone::UTC);
        for _ in 0..400 {
            if self.begins_on(&day) {
                let begins = day.date().to_datetime(self.from).to_zoned(TimeZone::UTC).ok()?.timestamp();
                if begins > at {
                    return Some(begins);
                }
            }
            day = day.checked_add(Span::new().days(1)).ok()?;
        }
        None
    }

    fn begins_on(&self, day: &Zoned) -> bool {
        if !self.days.is_empty() && !self.days.contains(&day.weekday()) {
            return false;
        }
        match self.nth {
            None => true,
            Some(-1) => day.day() + 7 > day.days_in_month(),
            Some(nth) => (day.day() - 1) / 7 + 1 == nth,
        }
    }
}

impl FromStr for Window {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Window, WindowError> {
        let wrong = || WindowError(text.to_owned());
        let words: Vec<String> = text.replace('–', "-").split_whitespace().map(str::to_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (nth, days, hours) = match words.as_slice() {
            ["daily", hours] => (None, Vec::new(), *hours),
            [days, hours] => (None, weekdays(days).ok_or_else(wrong)?, *hours),
            [nth, days, hours] => (Some(nth_of(nth).ok_or_else(wrong)?), weekdays(days).ok_or_else(wrong)?, *hours),
            _ => return Err(wrong()),
        };
        let (from, to) = hours.split_once('-').ok_or_else(wrong)?;
        let time = |text: &str| Time::strptime("%H:%M", text).map_err(|_| wrong());
        let (from, to) = (time(from)?, time(to)?);
        if from == to {
            return Err(wrong());
        }
        Ok(Window { text: text.to_owned(), days, nth, from, to })
    }
}

fn weekdays(text: &str) -> Option<Vec<Weekday>> {
    text.split(',').map(weekday).collect()
}

fn weekday(text: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let meant = |name: &str| text.len() >= 3 && name.starts_with(text);
    NAMES.iter().find(|(name, _)| meant(name)).map(|(_, day)| *day)
}

fn nth_of(text: &str) -> Option<i8> {
    Some(match text {
        "first" => 1,
        "second" => 2,
        "third" => 3,
        "fourth" => 4,
        "last" => -1,
        _ => return None,
    })
}

impl TryFrom<String> for Window {
    type Error = WindowError;

    fn try_from(text: String) -> Result<Window, WindowError> {
        text.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> String {
        window.text
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(window: &str, at: &str, holds: bool) {
        let window: Window = window.parse().unwrap();
        assert_eq!(window.holds(at.parse().unwrap()), holds, "{window} at {at}");
    }

    #[test]
    fn instants_lie_within_or_without() {
        check("Sun 02:00-04:00", "2026-11-22T02:00:00Z", true);
        check("Sun 02:00-04:00", "2026-11-22T04:00:00Z", false);
        check("Sun 02:00–04:00", "2026-11-23T03:00:00Z", false);
        check("daily 22:00-01:00", "2026-11-23T00:59:00Z", true);
        check("daily 22:00-01:00", "2026-11-23T21:59:00Z", false);
        check("sunday 22:00-01:00", "2026-11-23T00:30:00Z", true);
        check("second Sun 02:00-04:00", "2026-11-08T03:00:00Z", true);
        check("second Sun 02:00-04:00", "2026-11-22T03:00:00Z", false);
        check("last Sat,Sun 02:00-04:00", "2026-11-29T03:00:00Z", true);
    }

    #[test]
    fn the_next_one_is_known() {
        let window: Window = "second Sun 02:00-04:00".parse().unwrap();
        assert_eq!(window.next("2026-11-22T03:00:00Z".parse().unwrap()), Some("2026-12-13T02:00:00Z".parse().unwrap()));
        for wrong in ["", "Sun", "Sun 2-4", "fifth Sun 02:00-04:00", "Su 02:00-04:00", "daily 02:00-02:00"] {
            assert!(wrong.parse::<Window>().is_err(), "{wrong}");
        }
    }
}
