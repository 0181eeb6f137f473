//! What is wrong with `callsheet.toml`, where, and what to do. All faults are found at once.

use std::fmt;

use callsheet_diag::Position;

/// One fault of `callsheet.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// The file as it was named.
    pub file: String,
    /// Where.
    pub at: Position,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl std::error::Error for ConfigFault {}

impl fmt::Display for ConfigFault {
    /// `callsheet.toml:3:1: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.at.line, self.at.column, self.message)
    }
}
