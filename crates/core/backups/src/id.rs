//! A backup's name: `20261122T101500Z-3841c2`. Names sort by the instant, to the millisecond, at which the backup began.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The name of one backup; also the folder that it lies in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BackupId(String);

/// A text that names no backup.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no backup's name: they look like `20261122T101500Z-3fa91c`")]
pub struct NoBackupId(String);

impl BackupId {
    /// The name of a backup that begins at `at`. After the second stand three digits of the millisecond, so that backups of one second sort in the
    /// order in which they were made, then three of `random`'s, which keep two of the same millisecond apart; all hexadecimal.
    pub fn new(at: Timestamp, random: u16) -> BackupId {
        let within = at.subsec_millisecond();
        BackupId(format!("{}-{within:03x}{:03x}", at.strftime("%Y%m%dT%H%M%SZ"), random & 0xfff))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BackupId {
    type Err = NoBackupId;

    fn from_str(text: &str) -> Result<BackupId, NoBackupId> {
        let fits = |at: usize, byte: u8| match at {
            8 => byte == b'T',
            15 => byte == b'Z',
            16 => byte == b'-',
            0..15 => byte.is_ascii_digit(),
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        };
        match text.len() == 23 && text.bytes().enumerate().all(|(at, byte)| fits(at, byte)) {
            true => Ok(BackupId(text.to_owned())),
            false => Err(NoBackupId(text.to_owned())),
        }
    }
}

impl TryFrom<String> for BackupId {
    type Error = NoBackupId;

    fn try_from(text: String) -> Result<BackupId, NoBackupId> {
        text.parse()
    }
}

impl From<BackupId> for String {
    fn from(id: BackupId) -> String {
        id.0
    }
}

impl fmt::Display for BackupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_when_and_reads_back() {
        let id = BackupId::new("2026-11-22T10:15:00.9Z".parse().unwrap(), 0xf1c2);
        assert_eq!(id.as_str(), "20261122T101500Z-3841c2");
        assert_eq!(id.as_str().parse(), Ok(id));
        for wrong in ["", "latest", "20261122T101500Z-3fa91", "../20261122T101500Z-3fa", "20261122T101500Z-3FA91C"] {
            assert!(wrong.parse::<BackupId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_of_one_second_sort_by_the_instant() {
        let begun = |at: &str, random| BackupId::new(at.parse().unwrap(), random);
        let (first, second) = (begun("2026-11-22T10:15:00.099Z", 0xfff), begun("2026-11-22T10:15:00.1Z", 0));
        assert!(first < second && second < begun("2026-11-22T10:15:00.999Z", 0), "{first} {second}");
    }
}
