//! Lengths of time as people write them: `90s`, `1h30m`, `15 minutes`, `T+24h`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time in whole milliseconds, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    millis: u64,
}

/// Why a text is not a duration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DurationError {
    /// No number at all, or a number without a unit.
    #[error("`{0}` is not a duration: write a number and a unit, like `90s`, `15m`, `24h` or `7d`")]
    NotADuration(String),
    /// The unit is none that we know.
    #[error("`{unit}` is not a unit of time: use ms, s, m, h, d or w")]
    UnknownUnit {
        /// The unit as written.
        unit: String,
    },
    /// More than a hundred years.
    #[error("`{0}` is longer than a hundred years")]
    TooLong(String),
}

const LONGEST_MILLIS: u64 = 100 * 366 * 24 * 3_600_000;

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration { millis: 0 };

    /// From milliseconds.
    pub const fn from_millis(millis: u64) -> Duration {
        Duration { millis }
    }

    /// From whole seconds.
    pub const fn from_secs(secs: u64) -> Duration {
        Duration { millis: secs * 1000 }
    }

    /// From whole minutes.
    pub const fn from_mins(mins: u64) -> Duration {
        Duration::from_secs(mins * 60)
    }

    /// From whole hours.
    pub const fn from_hours(hours: u64) -> Duration {
        Duration::from_mins(hours * 60)
    }

    /// Whole milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.millis
    }

    /// As the standard library's duration.
    pub const fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.millis)
    }

    /// The instant this long after `start`, at most the last instant that can be written.
    pub fn after(self, start: jiff::Timestamp) -> jiff::Timestamp {
        start.saturating_add(jiff::SignedDuration::from_millis(self.millis as i64)).unwrap_or(jiff::Timestamp::MAX)
    }

    /// From `start` to `end`; zero if `end` is earlier.
    pub fn between(start: jiff::Timestamp, end: jiff::Timestamp) -> Duration {
        Duration { millis: end.duration_since(start).as_millis().max(0) as u64 }
    }
}

fn unit_millis(unit: &str) -> Option<f64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "ms" | "msec" | "millisecond" | "milliseconds" => 1.0,
        "s" | "sec" | "secs" | "second" | "seconds" => 1e3,
        "m" | "min" | "mins" | "minute" | "minutes" => 60e3,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600e3,
        "d" | "day" | "days" => 86_400e3,
        "w" | "wk" | "week" | "weeks" => 604_800e3,
        _ => return None,
    })
}

impl FromStr for Duration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let not_a_duration = || DurationError::NotADuration(text.to_owned());
        let mut rest = text.trim();
        if let Some(after_t) = rest.strip_prefix("T+").or_else(|| rest.strip_prefix("t+")) {
            rest = after_t.trim_start();
        }
        let mut millis = 0.0;
        let mut parts = 0;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(not_a_duration)?;
            let amount: f64 = rest[..digits].parse().map_err(|_| not_a_duration())?;
            rest = rest[digits..].trim_start();
            let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            let unit = &rest[..letters];
            if unit.is_empty() {
                return Err(not_a_duration());
            }
            let factor = unit_millis(unit).ok_or_else(|| DurationError::UnknownUnit { unit: unit.to_owned() })?;
            millis += amount * factor;
            parts += 1;
            rest = rest[letters..].trim_start();
        }
        if parts == 0 {
            return Err(not_a_duration());
        }
        if !millis.is_finite() || millis > LONGEST_MILLIS as f64 {
            return Err(DurationError::TooLong(text.to_owned()));
        }
        Ok(Duration { millis: millis.round() as u64 })
    }
}

impl fmt::Display for Duration {
    /// The shortest exact form, largest unit first: `1h30m`, `1.5s` is `1s500ms`, zero is `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.millis == 0 {
            return f.write_str("0s");
        }
        let mut left = self.millis;
        for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
            if left >= size {
                write!(f, "{}{unit}", left / size)?;
                left %= size;
            }
        }
        Ok(())
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, millis: u64) {
        assert_eq!(text.parse(), Ok(Duration::from_millis(millis)), "{text}");
    }

    #[test]
    fn reads_what_people_write() {
        check("90s", 90_000);
        check("1h30m", 5_400_000);
        check("15 minutes", 900_000);
        check("T+24h", 86_400_000);
        check("1.5 h", 5_400_000);
        check("250ms", 250);
        check("2 weeks", 1_209_600_000);
    }

    #[test]
    fn refuses_what_is_none() {
        for text in ["", "abc", "15", "m", "1.2.3s"] {
            assert!(matches!(text.parse::<Duration>(), Err(DurationError::NotADuration(_))), "{text}");
        }
        assert!(matches!("3 fortnights".parse::<Duration>(), Err(DurationError::UnknownUnit { .. })));
        assert!(matches!("99999999999d".parse::<Duration>(), Err(DurationError::TooLong(_))));
    }

    #[test]
    fn reads_back_what_it_writes() {
        for millis in [0, 1, 999, 1000, 61_001, 86_400_000, 90_061_001] {
            let duration = Duration::from_millis(millis);
            assert_eq!(duration.to_string().parse(), Ok(duration));
        }
    }
}
