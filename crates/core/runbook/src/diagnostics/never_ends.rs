//! CS0003: a command that never ends.
//!
//! A command goes on until somebody stops it: `tail -f`, `watch`, `top`, a port forward, a server in the foreground. A run would wait for it for ever.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::interactive::{Interactive, reason};
use crate::model::ActKind;

/// Finds CS0003.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (_, step) in subject.steps().filter(|(_, step)| step.interactive && step.attributes.interactive.is_none()) {
        for act in step
            .acts
            .iter()
            .filter(|act| act.kind == ActKind::Run && reason(&act.command) == Some(Interactive::NeverEnds))
        {
            let span = subject.on_line(act.line, &act.command);
            let shown = act.command.lines().next().unwrap_or_default();
            found.push(subject.say(
                Code(3),
                Severity::Warning,
                span,
                format!("`{shown}` never ends by itself"),
                "limit it (`--tail=100`, `timeout 60 …`), or mark the block `{interactive=true}`",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0003", "# T\n\n```bash\nkubectl logs -f deployment/api\n^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n```\n");
        check(
            "CS0003",
            "# T\n\n```bash\nkubectl logs --tail=9 deployment/api\n```\n\n```bash {interactive=true}\nkubectl logs -f deployment/api\n```\n",
        );
    }
}
