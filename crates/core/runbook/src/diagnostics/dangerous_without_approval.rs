//! CS0005: a dangerous step without approval.
//!
//! A step destroys data, stops a service, forces or cuts something off, and its block names nobody who must approve it. It is asked about each time; `--yes` does not answer for it.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;

/// Finds CS0005.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (_, step) in subject.steps().filter(|(_, step)| step.attributes.approve.is_none() && step.runs.is_some()) {
        if let Some(danger) = step.danger.first() {
            let span = subject.on_line(danger.line, &danger.text);
            let message = format!("this step is dangerous ({}) and names nobody who approves it", danger.kind);
            found.push(subject.say(
                Code(5),
                Severity::Warning,
                span,
                message,
                "write who approves into the block's first line, like `{approve=L3}`",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0005", "# T\n\n```bash\nredis-cli FLUSHALL\n^^^^^^^^^^^^^^^^^^\n```\n");
        check("CS0005", "# T\n\n```bash {approve=L3}\nredis-cli FLUSHALL\n```\n\n```bash\nls\n```\n");
    }
}
