//! A revision: what a migration's file name begins with, ordered as numbers.

use std::cmp::Ordering;
use std::fmt;

use serde::{Serialize, Serializer};

/// `0007`, `20260102030405`, or Flyway's `1.2`. `7` and `0007` are the same.
#[derive(Clone, Debug)]
pub struct Revision(String);

impl Revision {
    /// Digits, with parts set apart by `.` or `_`.
    pub fn parse(text: &str) -> Option<Revision> {
        let fits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        text.split(['.', '_']).all(fits).then(|| Revision(text.to_owned()))
    }

    /// As the file name writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The next one, written as wide: `0008` after `0007`. None for revisions of several parts.
    pub fn next(&self) -> Option<Revision> {
        let number: u64 = self.0.parse().ok()?;
        Some(Revision(format!("{:0width$}", number.checked_add(1)?, width = self.0.len())))
    }

    /// The number, for gaps: only of revisions that are counted (fewer than six digits), not of points in time.
    pub(crate) fn counted(&self) -> Option<u64> {
        (self.0.len() < 6).then(|| self.0.parse().ok()).flatten()
    }

    /// Parts without leading zeros, so that the longer one is the greater; trailing zero parts count for nothing.
    fn key(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self.0.split(['.', '_']).map(|part| part.trim_start_matches('0')).collect();
        while parts.len() > 1 && parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
        parts
    }
}

impl Ord for Revision {
    fn cmp(&self, other: &Revision) -> Ordering {
        let (ours, theirs) = (self.key(), other.key());
        let parts = ours.iter().zip(&theirs).map(|(a, b)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        parts.fold(Ordering::Equal, Ordering::then).then(ours.len().cmp(&theirs.len()))
    }
}

impl PartialOrd for Revision {
    fn partial_cmp(&self, other: &Revision) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Revision {
    fn eq(&self, other: &Revision) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Revision {}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Revision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(text: &str) -> Revision {
        Revision::parse(text).unwrap()
    }

    #[test]
    fn they_are_ordered_as_numbers() {
        assert!(revision("9") < revision("10"));
        assert_eq!(revision("7"), revision("0007"));
        assert!(revision("1.9") < revision("1.10") && revision("1_2") < revision("2"));
        assert_eq!(revision("1"), revision("1.0"));
        assert!(revision("20251231235959") < revision("20260101000000"));
        assert!(Revision::parse("v1").is_none() && Revision::parse("").is_none() && Revision::parse("1.").is_none());
    }

    #[test]
    fn the_next_is_as_wide() {
        assert_eq!(revision("0099").next().unwrap().as_str(), "0100");
        assert_eq!(revision("9").next().unwrap().as_str(), "10");
    }
}
