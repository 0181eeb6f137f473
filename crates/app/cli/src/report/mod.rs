//! What was found in a runbook, for people, for programs and for code scanners.

pub mod human;
pub mod json;
pub mod sarif;

use callsheet_diag::{Diagnostic, Severity, SourceText};

/// One checked file.
pub struct CheckedFile {
    /// Its text.
    pub source: SourceText,
    /// How many procedures it holds.
    pub procedures: usize,
    /// How many steps they hold.
    pub steps: usize,
    /// What was found, in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// What a probe could not tell, in order of place.
    pub unchecked: Vec<Unchecked>,
}

/// Something that a probe could not tell: never a finding.
pub struct Unchecked {
    /// 1-based line.
    pub line: u32,
    /// The words of the runbook.
    pub words: String,
    /// Why it could not be told.
    pub why: String,
}

/// How many findings of one severity there are.
pub fn count(files: &[CheckedFile], severity: Severity) -> usize {
    files.iter().flat_map(|file| &file.diagnostics).filter(|found| found.severity == severity).count()
}

/// `1 error`, `2 errors`.
pub fn plural(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}
