//! The share of requests that goes to the newer release.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A share in hundredths of a percent, 0 to 10,000. Written `25%`, `0.5%`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(u16);

/// Why a text is not a weight.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a weight: write a percentage from 0% to 100%, with at most two decimals")]
pub struct WeightError(String);

impl Weight {
    /// Nothing.
    pub const NONE: Weight = Weight(0);
    /// Everything.
    pub const ALL: Weight = Weight(10_000);

    /// From hundredths of a percent; more than all is all.
    pub const fn from_basis_points(points: u16) -> Weight {
        Weight(if points > 10_000 { 10_000 } else { points })
    }

    /// From whole percents; more than 100 is all.
    pub const fn from_percent(percent: u16) -> Weight {
        Weight::from_basis_points(if percent > 100 { 10_000 } else { percent * 100 })
    }

    /// In hundredths of a percent.
    pub const fn basis_points(self) -> u16 {
        self.0
    }

    /// `part` of `whole`, rounded down; nothing of nothing is nothing.
    pub fn of_parts(part: u32, whole: u32) -> Weight {
        let points = (u64::from(part) * 10_000).checked_div(u64::from(whole)).unwrap_or(0);
        Weight::from_basis_points(points.min(10_000) as u16)
    }

    /// What is left for the other release.
    pub const fn rest(self) -> Weight {
        Weight(10_000 - self.0)
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 100, self.0 % 100);
        match part {
            0 => write!(f, "{whole}%"),
            tenth if tenth % 10 == 0 => write!(f, "{whole}.{}%", tenth / 10),
            _ => write!(f, "{whole}.{part:02}%"),
        }
    }
}

impl FromStr for Weight {
    type Err = WeightError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || WeightError(text.to_owned());
        let digits = text.trim().trim_end_matches('%').trim_end();
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || part.len() > 2 || !plain(whole) || !plain(part) {
            return Err(wrong());
        }
        let whole: u16 = whole.parse().map_err(|_| wrong())?;
        let part: u16 = format!("{part:0<2}").parse().map_err(|_| wrong())?;
        let points = whole * 100 + part;
        if points > 10_000 { Err(wrong()) } else { Ok(Weight(points)) }
    }
}

impl Serialize for Weight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes() {
        for points in [0, 1, 10, 50, 99, 100, 1234, 9990, 10_000] {
            let weight = Weight::from_basis_points(points);
            assert_eq!(weight.to_string().parse(), Ok(weight), "{weight}");
        }
        assert_eq!("25".parse(), Ok(Weight::from_percent(25)));
        assert_eq!("0.5 %".parse(), Ok(Weight::from_basis_points(50)));
    }

    #[test]
    fn refuses_what_is_none() {
        for text in ["", "%", "-1%", "100.01%", "101", "1.234%", "ten", "1e2", "65536%", "+5"] {
            assert_eq!(text.parse::<Weight>(), Err(WeightError(text.to_owned())));
        }
    }

    #[test]
    fn parts_of_a_whole_are_rounded_down() {
        assert_eq!(Weight::of_parts(1, 3).to_string(), "33.33%");
        assert_eq!(Weight::of_parts(0, 0), Weight::NONE);
        assert_eq!(Weight::of_parts(5, 4), Weight::ALL);
    }
}
