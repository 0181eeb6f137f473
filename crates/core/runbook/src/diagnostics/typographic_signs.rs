//! CS0024: typographic signs in a command.
//!
//! A command holds curly quotes, a long dash or a no-break space, as word processors put them. The shell takes them as ordinary letters, so the command does something else than it shows.

use callsheet_diag::{Code, Diagnostic, Severity, Span};

use super::Subject;
use crate::shell::looks_like_command;

/// Finds CS0024.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for line in subject.shell_lines().filter(|line| !line.text.is_ascii() && !line.text.trim_start().starts_with('#')) {
        let code = line.text.split(" #").next().unwrap_or_default();
        let wrong = code.char_indices().find(|(at, c)| {
            matches!(c, '“' | '”' | '‘' | '’' | '\u{a0}') && !inside_quotes(&code[..*at])
                || matches!(c, '–' | '—') && code[..*at].ends_with(' ') && !inside_quotes(&code[..*at])
        });
        if let Some((at, c)) = wrong.filter(|_| looks_like_command(code, true)) {
            let span = Span::new(line.span.start + at, line.span.start + at + c.len_utf8());
            found.push(subject.say(
                Code(24),
                Severity::Error,
                span,
                format!("the shell does not understand `{c}`"),
                "type the plain sign: `-`, `\"`, `'` or a space",
            ));
        }
    }
}

fn inside_quotes(before: &str) -> bool {
    before.matches('"').count() % 2 == 1 || before.matches('\'').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0024", "# T\n\n```bash\ngrep –i error app.log\n     ^\n```\n");
        check("CS0024", "# T\n\n```bash\necho \"a – b\"\n# say “hi”\n```\n");
    }
}
