//! CS0004: a command that wants a terminal.
//!
//! A command asks questions, opens an editor or a console: `docker exec -it`, `psql` without `-c`, `terraform apply` without `-auto-approve`, `read -p`. Without a terminal it hangs or fails.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::interactive::{Interactive, reason};
use crate::model::ActKind;

/// Finds CS0004.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (_, step) in subject.steps().filter(|(_, step)| step.interactive && step.attributes.interactive.is_none()) {
        for act in step
            .acts
            .iter()
            .filter(|act| act.kind == ActKind::Run && reason(&act.command) == Some(Interactive::Terminal))
        {
            let span = subject.on_line(act.line, &act.command);
            let shown = act.command.lines().next().unwrap_or_default();
            found.push(subject.say(
                Code(4),
                Severity::Warning,
                span,
                format!("`{shown}` wants a person at a terminal"),
                "give it its answers as flags, or mark the block `{interactive=true}`",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0004", "# T\n\n```bash\ndocker exec -it db psql\n^^^^^^^^^^^^^^^^^^^^^^^\n```\n");
        check(
            "CS0004",
            "# T\n\n```bash\ndocker exec db psql -c 'select 1'\n```\n\n```bash {interactive=true}\ndocker exec -it db psql\n```\n",
        );
    }
}
