//! The record of one restore into a scratch instance: the only thing that makes a backup a verified one.

use callsheet_base::Duration;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{BackupId, Difference, Measured};

/// What came of restoring a backup into a scratch instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Of which backup.
    pub backup: BackupId,
    /// When it ended.
    pub at: Timestamp,
    /// Who asked for it.
    pub by: String,
    /// The instant that was restored; `None`: that of the backup.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub instant: Option<Timestamp>,
    /// What it was restored into, with its version.
    pub scratch: String,
    /// Times.
    pub measured: Measured,
    /// What was counted and compared.
    pub compared: usize,
    /// What was not as recorded.
    pub differences: Vec<Difference>,
    /// What was asked.
    pub answers: Vec<Answer>,
    /// Promises that were not kept.
    pub missed: Vec<String>,
    /// Whether it was a drill.
    pub drill: bool,
}

/// An answer of the restored database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked.
    pub query: String,
    /// What it said, or why it failed.
    pub said: String,
    /// Whether it was as expected.
    pub good: bool,
    /// How long it took.
    pub took: Duration,
}

impl Verification {
    /// Whether the restored database was what the backup promised.
    pub fn holds(&self) -> bool {
        self.differences.is_empty() && self.answers.iter().all(|answer| answer.good)
    }
}
