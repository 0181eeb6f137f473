//! Who saw a value, and who changed one: lines of JSON beside the journal, each synced before the act it tells of.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use callsheet_base::Timestamp;
use callsheet_secrets::SecretName;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// The record of one state folder.
#[derive(Clone, Debug)]
pub struct Reads {
    path: PathBuf,
}

/// One act on a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// `get`, `set`, `revoke`, `rotate`, `recipients`.
    pub act: String,
    /// The environment.
    pub environment: String,
    /// Which secret, if one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<SecretName>,
    /// Which version, if one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// More in words: why, to whom.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The run within which it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

impl Reads {
    /// Of that state folder.
    pub fn of_state(state: &Path) -> Reads {
        Reads { path: state.join("secrets.log") }
    }

    /// Writes one down, durably.
    pub fn record(&self, read: &Read) -> Result<(), StoreError> {
        let line = serde_json::to_string(read).map_err(io::Error::other);
        let write = || -> io::Result<()> {
            self.path.parent().map_or(Ok(()), fs::create_dir_all)?;
            let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
            flock(&file, FlockOperation::LockExclusive)?;
            file.write_all(format!("{}\n", line?).as_bytes())?;
            file.sync_all()
        };
        write().map_err(StoreError::file("write", &self.path))
    }

    /// All of them, oldest first. A line that a full disk cut off is left out.
    pub fn all(&self) -> Result<Vec<Read>, StoreError> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(StoreError::file("read", &self.path)(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_kept_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let reads = Reads::of_state(&folder.path().join("state"));
        assert_eq!(reads.all().unwrap(), []);
        let at: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let read = |act: &str| Read {
            at,
            who: "ops".to_owned(),
            act: act.to_owned(),
            environment: "dev".to_owned(),
            name: None,
            version: None,
            note: String::new(),
            run: None,
        };
        reads.record(&read("set")).unwrap();
        reads.record(&read("get")).unwrap();
        assert_eq!(reads.all().unwrap(), [read("set"), read("get")]);
    }
}
