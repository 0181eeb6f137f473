//! CS0026: a continuation that does not continue.
//!
//! A space stands after the backslash at the end of a line, so the shell does not join the next line: the command ends there, and the next line runs on its own.

use callsheet_diag::{Code, Diagnostic, Severity, Span};

use super::Subject;

/// Finds CS0026.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for line in subject.shell_lines().filter(|line| line.text.ends_with([' ', '\t'])) {
        let kept = line.text.trim_end();
        if kept.ends_with('\\') && !kept.ends_with("\\\\") && !kept.trim_start().starts_with('#') {
            let at = line.span.start + kept.len() - 1;
            found.push(subject.say(
                Code(26),
                Severity::Error,
                Span::new(at, at + 1),
                "a space after this backslash ends the command here".to_owned(),
                "remove the space",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0026", "# T\n\n```bash\nls \\ \n   ^\n  -l\n```\n");
        check("CS0026", "# T\n\n```bash\nls \\\n  -l\n```\n");
    }
}
