//! What a check found.

use serde::Serialize;

/// Whether what must be so is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is.
    Passed,
    /// It is not.
    Failed,
    /// It could not be looked at, which is no pass.
    Unknown,
}

/// One check's end, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Whether it is so.
    pub verdict: Verdict,
    /// What was found, one sentence without a full stop: `the working tree has 2 changes`.
    pub what: String,
    /// What it rests on, a line each: file names, figures, the end of a tool's output.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// What to do, unless it passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Finding {
    fn new(verdict: Verdict, what: impl Into<String>) -> Finding {
        Finding { verdict, what: what.into(), evidence: Vec::new(), hint: None }
    }

    /// It is so.
    pub fn passed(what: impl Into<String>) -> Finding {
        Finding::new(Verdict::Passed, what)
    }

    /// It is not so.
    pub fn failed(what: impl Into<String>) -> Finding {
        Finding::new(Verdict::Failed, what)
    }

    /// It could not be looked at.
    pub fn unknown(what: impl Into<String>) -> Finding {
        Finding::new(Verdict::Unknown, what)
    }

    /// With what it rests on; a text of several lines is several.
    pub fn evidence(self, line: impl Into<String>) -> Finding {
        let line: String = line.into();
        self.evidences(line.lines().map(str::to_owned).collect::<Vec<String>>())
    }

    /// With several such lines.
    pub fn evidences(mut self, lines: impl IntoIterator<Item = String>) -> Finding {
        self.evidence.extend(lines.into_iter().filter(|line| !line.trim().is_empty()));
        self
    }

    /// With what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Finding {
        self.hint = Some(hint.into());
        self
    }
}
