//! How far a server's changes have come: a place in PostgreSQL's log, or MariaDB's global transaction ids.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How far a server's changes have come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Position {
    /// Bytes of PostgreSQL's log.
    Log(u64),
    /// MariaDB: of each domain the newest transaction's number.
    Gtid(BTreeMap<u32, u64>),
}

impl Position {
    /// `0/3000148`, as PostgreSQL writes it.
    pub fn log(text: &str) -> Option<Position> {
        let (high, low) = text.split_once('/')?;
        let (high, low) = (u64::from_str_radix(high, 16).ok()?, u64::from_str_radix(low, 16).ok()?);
        (low <= u64::from(u32::MAX)).then_some(Position::Log(high << 32 | low))
    }

    /// `0-1-270,3-2-12` (domain, server, number), as MariaDB writes it, or without the server; an empty text is the beginning.
    pub fn gtid(text: &str) -> Option<Position> {
        let mut domains = BTreeMap::new();
        for one in text.split(',').map(str::trim).filter(|one| !one.is_empty()) {
            let parts: Vec<&str> = one.split('-').collect();
            let ([domain, number] | [domain, _, number]) = parts.as_slice() else { return None };
            let (domain, number): (u32, u64) = (domain.parse().ok()?, number.parse().ok()?);
            let newest: &mut u64 = domains.entry(domain).or_default();
            *newest = number.max(*newest);
        }
        Some(Position::Gtid(domains))
    }

    /// Whether everything that `other` has is here, too.
    pub fn covers(&self, other: &Position) -> bool {
        self.behind(other) == Some(0)
    }

    /// How much `other` has that is not here: bytes of log, or transactions. `None`: they are not of one kind.
    pub fn behind(&self, other: &Position) -> Option<u64> {
        match (self, other) {
            (Position::Log(own), Position::Log(other)) => Some(other.saturating_sub(*own)),
            (Position::Gtid(own), Position::Gtid(other)) => {
                let missing =
                    |(domain, number): (&u32, &u64)| number.saturating_sub(own.get(domain).copied().unwrap_or(0));
                Some(other.iter().map(missing).sum())
            }
            _ => None,
        }
    }

    /// So much in words: `16 bytes`, `1 transaction`.
    pub fn amount(&self, much: u64) -> String {
        match (self, much) {
            (Position::Log(_), 1) => "1 byte of log".to_owned(),
            (Position::Log(_), much) => format!("{much} bytes of log"),
            (Position::Gtid(_), 1) => "1 transaction".to_owned(),
            (Position::Gtid(_), much) => format!("{much} transactions"),
        }
    }
}

/// In the book a position is its text.
impl From<Position> for String {
    fn from(position: Position) -> String {
        match &position {
            Position::Gtid(domains) if domains.is_empty() => String::new(),
            _ => position.to_string(),
        }
    }
}

impl TryFrom<String> for Position {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Position, Self::Error> {
        Position::log(&text).or_else(|| Position::gtid(&text)).ok_or("no position of a server")
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Position::Log(at) => write!(f, "{:X}/{:X}", at >> 32, at & u64::from(u32::MAX)),
            Position::Gtid(domains) if domains.is_empty() => f.write_str("the beginning"),
            Position::Gtid(domains) => {
                for (index, (domain, number)) in domains.iter().enumerate() {
                    write!(f, "{}{domain}-{number}", if index == 0 { "" } else { "," })?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_and_held_against_one_another() {
        let log = |text| Position::log(text).unwrap();
        assert_eq!(log("1/A0").to_string(), "1/A0");
        assert_eq!(log("0/FF").behind(&log("1/0")), Some((1 << 32) - 255));
        assert!(log("1/0").covers(&log("0/FFFFFFFF")));
        let gtid = |text| Position::gtid(text).unwrap();
        assert_eq!(gtid("0-1-270, 3-2-12").to_string(), "0-270,3-12");
        // A domain that is not there yet is all missing.
        assert_eq!(gtid("0-1-270").behind(&gtid("0-9-271,3-2-12")), Some(13));
        assert!(gtid("0-2-5").covers(&gtid("")));
        for one in [log("1/A0"), gtid("0-1-270,3-2-12"), gtid("")] {
            assert_eq!(Position::try_from(String::from(one.clone())), Ok(one));
        }
        assert_eq!(log("0/1").behind(&gtid("0-1-1")), None);
        assert!(!log("0/1").covers(&gtid("")));
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["", "0", "x/1", "0/1FFFFFFFF"] {
            assert_eq!(Position::log(text), None, "{text}");
        }
        for text in ["1", "a-1-2", "0-1-2-3"] {
            assert_eq!(Position::gtid(text), None, "{text}");
        }
    }
}
