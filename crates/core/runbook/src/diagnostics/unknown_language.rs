//! CS0014: a code block in an unknown language.
//!
//! The block names a language that Callsheet does not know, so its content decides what it is: when it reads like shell commands it is run as such, otherwise it is text.

use callsheet_diag::{Code, Diagnostic, Severity, Span};

use super::Subject;
use crate::fences::{Language, split_info};

/// Finds CS0014.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (_, fence) in subject.fences() {
        let (name, _) = split_info(&fence.info);
        if Language::named(name) == Language::Unknown && !name.starts_with('{') {
            let span = Span::new(fence.info_span.start, fence.info_span.start + name.len());
            found.push(subject.say(
                Code(14),
                Severity::Note,
                span,
                format!("`{name}` is no language that we know"),
                "name the language: `bash`, `sql`, `json`, `text`, …",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0014", "# T\n\n```shelll\n   ^^^^^^\nls\n```\n");
        check("CS0014", "# T\n\n```bash\nls\n```\n");
    }
}
