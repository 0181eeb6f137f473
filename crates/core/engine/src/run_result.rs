//! How a run ended: the exit status and the word for it.

use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunResult {
    /// Every step is done or rightly left out.
    Done,
    /// A step failed.
    Failed,
    /// A step failed or a person decided, and the rollback was carried out.
    RolledBack,
    /// An approval was denied or lapsed, or the target is another.
    Denied,
    /// A person cancelled.
    Cancelled,
    /// A newer run took over while this one only observed.
    Superseded,
    /// A person gave it up.
    Abandoned,
}

// === impl RunResult ===

impl RunResult {
    /// The command's exit status.
    pub fn exit_code(self) -> u8 {
        match self {
            RunResult::Done => 0,
            RunResult::Failed => 1,
            RunResult::RolledBack => 4,
            RunResult::Denied | RunResult::Cancelled | RunResult::Superseded | RunResult::Abandoned => 5,
        }
    }

    /// The word people read.
    pub fn word(self) -> &'static str {
        match self {
            RunResult::Done => "done",
            RunResult::Failed => "failed",
            RunResult::RolledBack => "rolled back",
            RunResult::Denied => "denied",
            RunResult::Cancelled => "cancelled",
            RunResult::Superseded => "superseded",
            RunResult::Abandoned => "abandoned",
        }
    }
}
