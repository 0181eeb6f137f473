//! Each kind of id has its own type.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not an id of the wanted kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is not a {kind} id")]
pub struct IdError {
    kind: &'static str,
    text: String,
}

/// One execution of a procedure. A UUID of version 7, so ids sort by the time of their making.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(uuid::Uuid);

impl RunId {
    /// From the instant of creation and ten random bytes, both given by the caller.
    pub fn new(at: jiff::Timestamp, random: [u8; 10]) -> RunId {
        let millis = at.as_millisecond().max(0) as u64;
        RunId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The last eight hexadecimal digits, which are random: what people type and read. Commands take any unique ending.
    pub fn short(&self) -> String {
        let text = self.0.simple().to_string();
        text[24..].to_owned()
    }

    /// The 16 raw bytes, as stored.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// From 16 raw bytes, as stored.
    pub fn from_bytes(bytes: [u8; 16]) -> RunId {
        RunId(uuid::Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RunId({})", self.short())
    }
}

impl FromStr for RunId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        uuid::Uuid::parse_str(text).map(RunId).map_err(|_| IdError { kind: "run", text: text.to_owned() })
    }
}

/// A step's name within its procedure: from its `name=` attribute, else made from its title; unique in the procedure.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(String);

impl StepId {
    /// Takes the text as it is; the reader makes it a slug and unique.
    pub fn new(text: impl Into<String>) -> StepId {
        StepId(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StepId({})", self.0)
    }
}

/// One boot of one machine (Linux: `/proc/sys/kernel/random/boot_id`). A keeper from another boot cannot be alive.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootId(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_ids_sort_by_time_and_read_back() {
        let early = RunId::new("2026-01-01T00:00:00Z".parse().unwrap(), [7; 10]);
        let late = RunId::new("2026-01-01T00:00:01Z".parse().unwrap(), [1; 10]);
        assert!(early < late);
        assert_eq!(early.to_string().parse(), Ok(early));
        assert!(early.to_string().ends_with(&early.short()));
    }

    #[test]
    fn a_bad_run_id_is_named() {
        let error = "nope".parse::<RunId>().unwrap_err();
        assert_eq!(error.to_string(), "`nope` is not a run id");
    }
}
