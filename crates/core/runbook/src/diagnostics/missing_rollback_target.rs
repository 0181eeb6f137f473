//! CS0008: a rollback that is not there.
//!
//! `rollback=#…` names a procedure that the file does not have. When the step fails, there would be nothing to go to.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::attributes::{is_false, written};

/// Finds CS0008.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (block, fence) in subject.fences().filter(|(_, fence)| fence.info.contains("rollback")) {
        for one in written(&fence.info).into_iter().filter(|one| one.key == "rollback" && !is_false(&one.value)) {
            let slug = one.value.trim_start_matches('#');
            let known = subject.runbook.procedures.iter().any(|procedure| procedure.slug == slug);
            if !known && !one.value.contains(".md") {
                let span = subject.on_line(block.line, &one.value);
                found.push(subject.say(
                    Code(8),
                    Severity::Error,
                    span,
                    format!("there is no procedure `#{slug}` to roll back with"),
                    "name the slug of a procedure in this file; `callsheet plan FILE` lists them",
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0008", "# T\n\n```bash {rollback=#undo}\n                  ^^^^^\nls\n```\n");
        check("CS0008", "# T\n\n```bash {rollback=#undo}\nls\n```\n\n## Undo\n\n1. Restore the old version\n");
        check("CS0008", "# T\n\n```bash {rollback=no}\nls\n```\n");
    }
}
