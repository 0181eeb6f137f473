//! The helper that all diagnostics' tests share.

use callsheet_diag::SourceText;

use crate::flows::FlowSurroundings;

/// Reads `text` without its lines of `^`, and checks that the findings of `code` begin where those lines point.
pub(super) fn check(code: &str, text: &str) {
    check_with(code, text, &FlowSurroundings::default());
}

/// The same for a runbook with these files and programs beside it.
pub(super) fn check_with(code: &str, text: &str, around: &FlowSurroundings) {
    let mut plain = Vec::new();
    let mut expected = Vec::new();
    for line in text.lines() {
        if line.contains('^') && line.chars().all(|c| matches!(c, ' ' | '^')) {
            let column = line.chars().position(|c| c == '^').map_or(0, |at| at as u32 + 1);
            expected.push((plain.len() as u32, column, line.trim().len()));
        } else {
            plain.push(line);
        }
    }
    let source = SourceText::new("test.md", plain.join("\n") + "\n");
    let reading = crate::read_with(&source, around);
    let found: Vec<(u32, u32, usize)> = reading
        .diagnostics
        .iter()
        .filter(|one| one.code.to_string() == code)
        .map(|one| {
            let words = source.slice(one.span).lines().next().unwrap_or_default();
            (one.at.line, one.at.column, words.chars().count())
        })
        .collect();
    assert_eq!(found, expected, "{code} in:\n{text}");
}

#[test]
fn findings_come_in_order_of_place() {
    let source = SourceText::new(
        "test.md",
        "# T\n\n```bash\nrm -rf /x\ntail -f log\n```\n\n```bash {colour=red}\nls <dir>\n```\n",
    );
    let diagnostics = crate::read(&source).diagnostics;
    assert!(diagnostics.len() >= 4);
    assert!(diagnostics.windows(2).all(|pair| pair[0].span.start <= pair[1].span.start));
}
