//! CS0018: bytes that are no text.
//!
//! The file holds bytes that are not UTF-8. They are shown as `\u{fffd}`; a command that holds one cannot be right.

use callsheet_diag::{Code, Diagnostic, Severity, Span};

use super::Subject;

/// Finds CS0018.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    if !subject.source.was_lossy {
        return;
    }
    let text = subject.source.text();
    let start = text.find('\u{fffd}').unwrap_or(0);
    let end = start + text[start..].chars().next().map_or(0, char::len_utf8);
    found.push(subject.say(
        Code(18),
        Severity::Warning,
        Span::new(start, end),
        "this file is not UTF-8".to_owned(),
        "save it as UTF-8",
    ));
}

#[cfg(test)]
mod tests {
    use callsheet_diag::{Code, Position, SourceText};

    #[test]
    fn bytes_that_are_no_text_are_shown() {
        let reading = crate::read(&SourceText::from_bytes("a.md", b"# T\n\nsay \xff\n"));
        let one = reading.diagnostics.iter().find(|one| one.code == Code(18)).unwrap();
        assert_eq!((one.code.to_string().as_str(), one.at), ("CS0018", Position { line: 3, column: 5 }));
        assert!(!crate::read(&SourceText::new("a.md", "# T\n")).diagnostics.iter().any(|one| one.code == Code(18)));
    }
}
