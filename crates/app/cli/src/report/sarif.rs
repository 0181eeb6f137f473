//! Findings as SARIF 2.1.0, for code scanners. Places are relative to the repository's root.

use std::path::{Component, Path, PathBuf};

use callsheet_diag::{Code, Diagnostic, Page, Severity};
use serde_json::{Value, json};

use crate::report::CheckedFile;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The log: one run, one rule for each code that was found, one result for each finding.
pub fn render(files: &[CheckedFile], current: &Path) -> String {
    let mut codes: Vec<Code> = files.iter().flat_map(|file| &file.diagnostics).map(|found| found.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let root = repository_root(current);
    let results: Vec<Value> = files
        .iter()
        .flat_map(|file| file.diagnostics.iter().map(move |found| (file, found)))
        .map(|(file, found)| result(file, found, &codes, &location(&current.join(&file.source.file), &root)))
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "callsheet",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|&code| rule(code, files)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: Code, files: &[CheckedFile]) -> Value {
    let found = files.iter().flat_map(|file| &file.diagnostics).find(|found| found.code == code);
    let level = found.map_or("warning", |found| level(found.severity));
    match Page::of(code) {
        Some(page) => json!({
            "id": code,
            "shortDescription": { "text": page.title() },
            "fullDescription": { "text": page.summary() },
            "help": { "text": page.markdown, "markdown": page.markdown },
            "defaultConfiguration": { "level": level },
        }),
        None => json!({ "id": code, "defaultConfiguration": { "level": level } }),
    }
}

fn result(file: &CheckedFile, found: &Diagnostic, codes: &[Code], artifact: &Value) -> Value {
    let end = file.source.position(found.span.end);
    let text = match &found.hint {
        Some(hint) => format!("{}. Hint: {hint}", found.message),
        None => found.message.clone(),
    };
    let mut region = json!({ "startLine": found.at.line, "startColumn": found.at.column });
    if (end.line, end.column) > (found.at.line, found.at.column) {
        region["endLine"] = end.line.into();
        region["endColumn"] = end.column.into();
    }
    json!({
        "ruleId": found.code,
        "ruleIndex": codes.binary_search(&found.code).ok(),
        "level": level(found.severity),
        "message": { "text": text },
        "locations": [{ "physicalLocation": { "artifactLocation": artifact, "region": region } }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// The nearest folder at or above `current` that holds `.git`, else `current`.
fn repository_root(current: &Path) -> PathBuf {
    current.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(current).to_owned()
}

/// A relative URI under the root, an absolute one elsewhere.
fn location(path: &Path, root: &Path) -> Value {
    let path = without_dots(path);
    match path.strip_prefix(root) {
        Ok(relative) => json!({ "uri": uri_path(relative), "uriBaseId": "%SRCROOT%" }),
        Err(_) => json!({ "uri": format!("file://{}", uri_path(&path)) }),
    }
}

fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

fn uri_path(path: &Path) -> String {
    let unreserved = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(byte);
    let escape = |byte: &u8| if unreserved(byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    path.as_os_str().as_encoded_bytes().iter().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use callsheet_diag::{SourceText, Span};

    use super::*;

    fn found(code: u16, severity: Severity, span: Span, source: &SourceText) -> Diagnostic {
        let (message, hint) = ("it does not end".to_owned(), Some("write a timeout".to_owned()));
        Diagnostic { code: Code(code), severity, span, at: source.position(span.start), message, hint }
    }

    #[test]
    fn every_result_has_its_rule_level_text_and_place() {
        let source = SourceText::new("ops/a b.md", "# A\n\ntail -f log\n");
        let diagnostics = vec![
            found(9, Severity::Error, Span::new(5, 12), &source),
            found(2, Severity::Note, Span::new(0, 0), &source),
        ];
        let file = CheckedFile { source, procedures: 1, steps: 1, diagnostics, unchecked: Vec::new() };
        let log: Value = serde_json::from_str(&render(&[file], Path::new("/nowhere"))).expect("it is JSON");
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"][1]["id"], "CS0009");
        let first = &run["results"][0];
        assert_eq!((first["ruleId"].as_str(), first["ruleIndex"].as_u64()), (Some("CS0009"), Some(1)));
        assert_eq!(
            (first["level"].as_str(), first["message"]["text"].as_str()),
            (Some("error"), Some("it does not end. Hint: write a timeout"))
        );
        let place = &first["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "ops/a%20b.md");
        let region = serde_json::json!({ "startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 8 });
        assert_eq!(place["region"], region);
        let empty = &run["results"][1]["locations"][0]["physicalLocation"]["region"];
        assert_eq!(*empty, serde_json::json!({ "startLine": 1, "startColumn": 1 }), "an empty span has no end");
    }

    #[test]
    fn places_are_relative_uris_under_the_root() {
        let root = Path::new("/repo");
        assert_eq!(location(Path::new("/repo/ops/./a b.md"), root)["uri"], "ops/a%20b.md");
        assert_eq!(location(Path::new("/repo/x/../ops/ä.md"), root)["uri"], "ops/%C3%A4.md");
        let outside = location(Path::new("/elsewhere/a.md"), root);
        assert_eq!((outside["uri"].as_str(), outside.get("uriBaseId")), (Some("file:///elsewhere/a.md"), None));
    }
}
