//! Findings as JSON, `callsheet.check/1`.

use callsheet_diag::{Diagnostic, Severity};
use serde_json::{Value, json};

use crate::report::{CheckedFile, Unchecked, count};

/// The document: every file with its findings, and the counts.
pub fn render(files: &[CheckedFile]) -> String {
    let document = json!({
        "schema": "callsheet.check/1",
        "files": files.iter().map(file).collect::<Vec<_>>(),
        "errors": count(files, Severity::Error),
        "warnings": count(files, Severity::Warning),
        "notes": count(files, Severity::Note),
    });
    format!("{document:#}\n")
}

fn file(file: &CheckedFile) -> Value {
    json!({
        "file": file.source.file,
        "procedures": file.procedures,
        "steps": file.steps,
        "diagnostics": file.diagnostics.iter().map(|found| finding(file, found)).collect::<Vec<_>>(),
        "unchecked": file.unchecked.iter().map(unchecked).collect::<Vec<_>>(),
    })
}

fn unchecked(one: &Unchecked) -> Value {
    json!({ "line": one.line, "words": one.words, "why": one.why })
}

fn finding(file: &CheckedFile, found: &Diagnostic) -> Value {
    let end = file.source.position(found.span.end);
    json!({
        "code": found.code,
        "severity": found.severity,
        "line": found.at.line,
        "column": found.at.column,
        "end_line": end.line,
        "end_column": end.column,
        "message": found.message,
        "hint": found.hint,
    })
}
