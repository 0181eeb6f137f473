//! When something is done again and again: `04:00`, each day, or `Sun 04:00`, each week; always UTC.

use std::fmt;
use std::str::FromStr;

use callsheet_base::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// A minute of each day or of each week, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Recurring {
    /// 0: Monday; `None`: every day.
    weekday: Option<u8>,
    /// Minutes after midnight.
    minute: u16,
}

/// A text that is no such time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time of the day or week like `04:00` or `Sun 04:00`")]
pub struct NotRecurring(String);

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const DAY_S: i64 = 24 * 3600;
/// 1970-01-01 was a Thursday.
const WEEKDAY_OF_1970: i64 = 3;

impl Recurring {
    /// The first such instant after `at`.
    pub fn next_after(self, at: Timestamp) -> Timestamp {
        let today = at.as_second().div_euclid(DAY_S);
        let due = |day: i64| day * DAY_S + i64::from(self.minute) * 60;
        let fits = |day: &i64| {
            let weekday = (day + WEEKDAY_OF_1970).rem_euclid(7);
            due(*day) > at.as_second() && self.weekday.is_none_or(|wanted| i64::from(wanted) == weekday)
        };
        // One of eight days is it: today's may be over.
        let day = (today..=today + 7).find(fits).unwrap_or(today + 7);
        let seconds = u64::try_from(due(day) - at.as_second()).unwrap_or_default();
        let whole = Timestamp::from_second(at.as_second()).unwrap_or(at);
        Duration::from_secs(seconds).after(whole)
    }
}

impl FromStr for Recurring {
    type Err = NotRecurring;

    fn from_str(text: &str) -> Result<Recurring, NotRecurring> {
        let wrong = || NotRecurring(text.to_owned());
        let (day, clock) = match text.trim().split_once(char::is_whitespace) {
            Some((day, clock)) => (Some(day), clock.trim()),
            None => (None, text.trim()),
        };
        let begins = |day: &str, name: &str| {
            day.len() >= 3 && name.get(..day.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(day))
        };
        let place = |day: &str| WEEKDAYS.iter().position(|name| begins(day, name)).ok_or_else(wrong);
        let weekday = day.map(place).transpose()?.map(|place| place as u8);
        let (hours, minutes) = clock.split_once(':').ok_or_else(wrong)?;
        let two = |digits: &str| match digits.len() {
            2 if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse::<u16>().ok(),
            _ => None,
        };
        match (two(hours), two(minutes)) {
            (Some(hours @ 0..=23), Some(minutes @ 0..=59)) => Ok(Recurring { weekday, minute: hours * 60 + minutes }),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Recurring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.weekday.and_then(|day| WEEKDAYS.get(usize::from(day))) {
            write!(f, "{} ", &name[..3])?;
        }
        write!(f, "{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

impl TryFrom<String> for Recurring {
    type Error = NotRecurring;

    fn try_from(text: String) -> Result<Recurring, NotRecurring> {
        text.parse()
    }
}

impl From<Recurring> for String {
    fn from(one: Recurring) -> String {
        one.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, shown) in [("04:00", "04:00"), ("Sun 04:30", "Sun 04:30"), (" wednesday  23:59 ", "Wed 23:59")] {
            assert_eq!(text.parse::<Recurring>().unwrap().to_string(), shown);
        }
        for text in ["", "4:00", "24:00", "04:60", "04", "Some 04:00", "Sun", "Sun 04:00 UTC", "+4:00", "S 04:00"] {
            assert!(text.parse::<Recurring>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_next_time_is_always_later() {
        // 2026-11-22 is a Sunday.
        for (text, at, next) in [
            ("04:00", "2026-11-22T03:59:59Z", "2026-11-22T04:00:00Z"),
            ("04:00", "2026-11-22T04:00:00Z", "2026-11-23T04:00:00Z"),
            ("04:00", "2026-11-22T03:59:59.999Z", "2026-11-22T04:00:00Z"),
            ("Sun 04:00", "2026-11-22T03:00:00Z", "2026-11-22T04:00:00Z"),
            ("Sun 04:00", "2026-11-22T04:00:00Z", "2026-11-29T04:00:00Z"),
            ("Mon 00:00", "2026-12-31T12:00:00Z", "2027-01-04T00:00:00Z"),
        ] {
            let (at, next): (Timestamp, Timestamp) = (at.parse().unwrap(), next.parse().unwrap());
            assert_eq!(text.parse::<Recurring>().unwrap().next_after(at), next, "{text} after {at}");
        }
    }
}
