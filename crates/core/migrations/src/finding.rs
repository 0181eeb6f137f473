//! What is wrong or risky, where, and what to do.

use serde::Serialize;

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// It may hurt.
    Warning,
    /// Nothing is run while it is so.
    Error,
}

/// One finding about a migration file, or about what was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Its stable name, such as `duplicate-revision` or `drop-column`.
    pub rule: &'static str,
    /// The file; empty if none is meant.
    pub file: String,
    /// The line in it, from 1; 0 if the whole file is meant.
    pub line: u32,
    /// What is so, one sentence.
    pub what: String,
    /// What to do, in the imperative; may have several lines.
    pub hint: String,
}

impl Finding {
    /// A fault: nothing is run while it is there.
    pub fn error(
        rule: &'static str,
        file: &str,
        line: u32,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        let (what, hint) = (what.into(), hint.into());
        Finding { severity: Severity::Error, rule, file: file.to_owned(), line, what, hint }
    }

    /// Something that may hurt.
    pub fn warning(
        rule: &'static str,
        file: &str,
        line: u32,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        Finding { severity: Severity::Warning, ..Finding::error(rule, file, line, what, hint) }
    }

    /// Something worth knowing.
    pub fn note(
        rule: &'static str,
        file: &str,
        line: u32,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        Finding { severity: Severity::Note, ..Finding::error(rule, file, line, what, hint) }
    }

    /// `FILE:LINE`, as editors understand it.
    pub fn place(&self) -> String {
        match self.line {
            0 => self.file.clone(),
            line => format!("{}:{line}", self.file),
        }
    }
}
