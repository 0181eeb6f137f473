//! CS0007: two procedures with one name.
//!
//! Two procedures have the same heading, so the second can only be named with a number: `#verify` and `#verify-2`. Inserting a third between them renumbers it.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;

/// Finds CS0007.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen = std::collections::HashMap::new();
    for procedure in subject.runbook.procedures.iter().filter(|procedure| procedure.level > 0) {
        if let Some(first) = seen.insert(crate::slug::slug(&procedure.title), procedure.at.line) {
            let span = subject.on_line(procedure.at.line, &procedure.title);
            let message = format!("line {first} has a procedure of the same name; this one is `#{}`", procedure.slug);
            found.push(subject.say(Code(7), Severity::Note, span, message, "give each procedure a heading of its own"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0007", "## Verify\n\n1. Check the site\n\n## Verify\n   ^^^^^^\n\n1. Check the database\n");
    }
}
