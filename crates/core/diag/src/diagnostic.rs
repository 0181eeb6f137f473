//! What is wrong with a text, where, and what to do about it.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{Position, Span};

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// The runbook runs, but not as its author may think.
    Warning,
    /// The part it names cannot be run.
    Error,
}

/// A stable code, written `CS0001`. Each has a page in `crates/core/diag/codes/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CS{:04}", self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One finding about a runbook or a configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable code.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// Where, in bytes of the raw file.
    #[serde(skip)]
    pub span: Span,
    /// Where it begins.
    #[serde(flatten)]
    pub at: Position,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do, in the imperative.
    pub hint: Option<String>,
}
