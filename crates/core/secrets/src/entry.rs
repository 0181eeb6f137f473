//! All that is known of one secret but its values: its versions, which is in use, and the rotation under way.

use std::fmt;

use callsheet_base::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Which;
use crate::rotation::{Ended, Kind, Rotation};

/// One secret in one environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// In the order of their numbers.
    #[serde(default, rename = "version")]
    pub versions: Vec<Version>,
    /// The one under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
    /// How the last one ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Ended>,
}

/// One version of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Counts up from 1.
    pub number: u32,
    /// How it stands.
    pub state: State,
    /// When it was stored.
    pub made: Timestamp,
    /// By whom.
    pub by: String,
    /// The user that it is the password of, where two take turns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Its value is gone for good.
    #[serde(default, skip_serializing_if = "is_false")]
    pub destroyed: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// How a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Made, not in use.
    Pending,
    /// In use.
    Current,
    /// Still valid beside the one in use.
    Previous,
    /// Not valid any more.
    Revoked,
}

/// Why there is no such version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotThere {
    /// Nothing is in use.
    #[error("no version of it is in use")]
    NoCurrent,
    /// That number was never given.
    #[error("it has no version {0}")]
    NoSuch(u32),
    /// It was revoked.
    #[error("version {0} was revoked, its value is gone")]
    Revoked(u32),
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Pending => "pending",
            State::Current => "current",
            State::Previous => "previous",
            State::Revoked => "revoked",
        })
    }
}

impl Entry {
    /// The version in use.
    pub fn current(&self) -> Option<&Version> {
        self.versions.iter().find(|version| version.state == State::Current)
    }

    /// That version.
    pub fn version(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }

    pub(crate) fn version_mut(&mut self, number: u32) -> Option<&mut Version> {
        self.versions.iter_mut().find(|version| version.number == number)
    }

    /// The number that the next version gets; none is given twice.
    pub fn next_number(&self) -> u32 {
        self.versions.iter().map(|version| version.number).max().unwrap_or(0) + 1
    }

    /// The version that is meant. `Ok(None)`: none is accepted beside the current one now.
    pub fn pick(&self, which: Which) -> Result<Option<&Version>, NotThere> {
        let found = match which {
            Which::Current => Some(self.current().ok_or(NotThere::NoCurrent)?),
            Which::Previous => self.also_accepted(),
            Which::Number(number) => Some(self.version(number).ok_or(NotThere::NoSuch(number))?),
        };
        match found {
            Some(version) if version.destroyed => Err(NotThere::Revoked(version.number)),
            found => Ok(found),
        }
    }

    /// The one that services accept beside the current one: the one before, or, while a new key is made known to all
    /// instances before any signs with it, that new one.
    fn also_accepted(&self) -> Option<&Version> {
        let previous = self.versions.iter().find(|version| version.state == State::Previous);
        let announced = || {
            let rotation = self.rotation.as_ref().filter(|rotation| rotation.kind() == Kind::Keys)?;
            self.version(rotation.to()).filter(|version| rotation.is_offered() && version.state == State::Pending)
        };
        previous.or_else(announced)
    }

    /// Takes in a value that a person gave: it is in use from now on, the one before stays valid beside it, older ones are revoked. Gives
    /// the new version's number.
    pub fn set(&mut self, at: Timestamp, by: &str, user: Option<String>) -> u32 {
        let number = self.next_number();
        for version in &mut self.versions {
            version.state = match version.state {
                State::Current => State::Previous,
                State::Previous | State::Pending | State::Revoked => State::Revoked,
            };
            version.destroyed |= version.state == State::Revoked;
        }
        let by = by.to_owned();
        self.versions.push(Version { number, state: State::Current, made: at, by, user, destroyed: false });
        number
    }

    /// Revokes a version that is not in use. `Err`: it is, or is part of a rotation.
    pub fn revoke(&mut self, number: u32) -> Result<(), RevokeError> {
        if self.rotation.as_ref().is_some_and(|rotation| rotation.concerns(number)) {
            return Err(RevokeError::InRotation(number));
        }
        let version = self.version_mut(number).ok_or(RevokeError::NotThere(NotThere::NoSuch(number)))?;
        if version.state == State::Current {
            return Err(RevokeError::InUse(number));
        }
        version.state = State::Revoked;
        version.destroyed = true;
        Ok(())
    }

    /// Since when the version in use is.
    pub fn age(&self, now: Timestamp) -> Option<Duration> {
        Some(Duration::between(self.current()?.made, now))
    }

    /// When it is to be rotated at the latest.
    pub fn due(&self, max_age: Duration) -> Option<Timestamp> {
        Some(max_age.after(self.current()?.made))
    }
}

/// Why a version is not revoked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevokeError {
    /// It is in use.
    #[error("version {0} is in use")]
    InUse(u32),
    /// A rotation is under way with it.
    #[error("version {0} belongs to the rotation under way")]
    InRotation(u32),
    /// There is none.
    #[error(transparent)]
    NotThere(NotThere),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_set_value_is_in_use_and_the_one_before_stays_valid() {
        let mut entry = Entry::default();
        assert_eq!(entry.pick(Which::Current), Err(NotThere::NoCurrent));
        for _ in 0..3 {
            entry.set(at("2026-01-01T00:00:00Z"), "ops", None);
        }
        let states: Vec<String> = entry.versions.iter().map(|version| version.state.to_string()).collect();
        assert_eq!(states, ["revoked", "previous", "current"]);
        let number = |which| entry.pick(which).map(|version| version.map(|version| version.number));
        assert_eq!(number(Which::Current), Ok(Some(3)));
        assert_eq!(number(Which::Previous), Ok(Some(2)));
        assert_eq!(number(Which::Number(1)), Err(NotThere::Revoked(1)));
        assert_eq!(number(Which::Number(9)), Err(NotThere::NoSuch(9)));
    }

    #[test]
    fn what_is_in_use_is_not_revoked() {
        let mut entry = Entry::default();
        entry.set(at("2026-01-01T00:00:00Z"), "ops", None);
        entry.set(at("2026-01-02T00:00:00Z"), "ops", None);
        assert_eq!(entry.revoke(2), Err(RevokeError::InUse(2)));
        assert_eq!(entry.revoke(1), Ok(()));
        assert_eq!(entry.pick(Which::Previous), Ok(None));
        assert_eq!(entry.due(Duration::from_hours(24)), Some(at("2026-01-03T00:00:00Z")));
    }
}
