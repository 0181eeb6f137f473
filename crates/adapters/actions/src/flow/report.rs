//! What became of a flow: an entry for each request sent, with its tries and problems.

use callsheet_flow::{Captured, Failure, Place};
use serde::Serialize;

/// Why an entry failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "problem", rename_all = "kebab-case")]
pub enum Problem {
    /// A condition does not hold.
    Condition {
        /// 1-based line in the flow.
        line: u32,
        /// The condition as written.
        condition: String,
        /// What was seen.
        actual: String,
        /// What was wanted.
        expected: String,
    },
    /// There was no response, or the request could not be made.
    Exchange {
        /// 1-based line in the flow.
        line: u32,
        /// What happened.
        what: String,
        /// Whether a request may have reached the server.
        sent: bool,
    },
}

/// One entry's last try.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntryReport {
    /// 1-based line of the request in the flow.
    pub line: u32,
    /// Method.
    pub method: String,
    /// Address as filled in.
    pub url: String,
    /// Status of the response; `None` without one.
    pub status: Option<u16>,
    /// From sending to the last byte, ms.
    pub duration_ms: u64,
    /// How often it was tried.
    pub tries: u32,
    /// Conditions judged in the last try.
    pub judged: usize,
    /// Empty: it succeeded.
    pub problems: Vec<Problem>,
}

/// A whole flow. It ends with the first entry that has problems.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowReport {
    /// In order of sending.
    pub entries: Vec<EntryReport>,
    /// Values kept, later ones of the same name over earlier ones.
    pub captured: Vec<Captured>,
    /// The first entry that was not tried, by line, when an earlier one failed.
    pub not_tried: Option<u32>,
}

impl FlowReport {
    /// Whether every entry succeeded.
    pub fn succeeded(&self) -> bool {
        self.entries.iter().all(|entry| entry.problems.is_empty())
    }

    /// Plain lines for the record: one per entry, two more per problem, whose place is a line of the file `name` if there is one.
    pub fn text(&self, name: Option<&str>) -> String {
        let mut text = String::new();
        for entry in &self.entries {
            let status = entry.status.map_or("no response".to_owned(), |status| format!("HTTP {status}"));
            let tries = if entry.tries > 1 { format!(", try {}", entry.tries) } else { String::new() };
            let EntryReport { method, url, duration_ms, .. } = entry;
            text.push_str(&format!("{method} {url} → {status}, {duration_ms} ms{tries}\n"));
            for problem in &entry.problems {
                text.push_str(&problem.text(name));
            }
        }
        text
    }
}

impl Problem {
    fn text(&self, name: Option<&str>) -> String {
        let (Problem::Condition { line, .. } | Problem::Exchange { line, .. }) = self;
        let place = name.map_or_else(|| format!("line {line}"), |name| format!("{name}:{line}"));
        match self {
            Problem::Condition { condition, actual, expected, .. } => {
                format!("  {place}: {condition}\n    actual:   {actual}\n    expected: {expected}\n")
            }
            Problem::Exchange { what, .. } => format!("  {place}: {what}\n"),
        }
    }

    pub(super) fn exchange(at: Place, what: impl Into<String>, sent: bool) -> Problem {
        Problem::Exchange { line: at.line, what: what.into(), sent }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        let Failure { at, condition, actual, expected } = failure;
        Problem::Condition { line: at.line, condition, actual, expected }
    }
}
