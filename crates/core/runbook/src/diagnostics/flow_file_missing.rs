//! CS0048: the file of an HTTP flow that cannot be had.
//!
//! A step names a `.hurl` file that is not there or cannot be read, or a fence names one and holds a flow of its own.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::flows::{FILE, FlowCall};
use crate::model::{Act, Runs, Step};

/// Finds CS0048.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (_, step) in subject.steps() {
        let named = step.attributes.other.get(FILE).filter(|_| step.runs == Some(Runs::Hurl));
        for act in &step.acts {
            match (FlowCall::read(&act.command), named) {
                (Some(call), _) => missing(subject, step, act, &call, found),
                (None, Some(path)) => {
                    let span = subject.on_line(act.line, act.command.lines().next().unwrap_or_default());
                    let message =
                        format!("this fence names the flow `{path}` and holds another: which is meant cannot be told");
                    let hint = "take out the text, or the attribute `file`";
                    found.push(subject.say(Code(48), Severity::Error, span, message, hint));
                }
                (None, None) => {}
            }
        }
    }
}

fn missing(subject: &Subject<'_>, step: &Step, act: &Act, call: &FlowCall, found: &mut Vec<Diagnostic>) {
    for path in &call.files {
        let Some(Err(why)) = subject.runbook.flows.files.get(path) else { continue };
        let span = subject.on_line(act.line, path);
        let (severity, rest, hint) = match step.runs {
            Some(Runs::Hurl) => {
                (Severity::Error, "", "correct the path: it counts from where runs start, or from the runbook's folder")
            }
            _ => (
                Severity::Warning,
                "; the step calls the `hurl` program instead",
                "correct the path, unless an earlier step makes the file",
            ),
        };
        found.push(subject.say(Code(48), severity, span, format!("the flow `{path}` {why}{rest}"), hint));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_with;
    use crate::flows::FlowSurroundings;

    #[test]
    fn it_speaks_where_it_should() {
        let files = [("gone.hurl".to_owned(), Err("is not there".to_owned()))].into();
        let around = FlowSurroundings { files, program: None };
        check_with("CS0048", "# T\n\n```bash\nhurl --test gone.hurl\n            ^^^^^^^^^\n```\n", &around);
        check_with("CS0048", "# T\n\n```hurl {file=gone.hurl}\n              ^^^^^^^^^\n```\n", &around);
        check_with("CS0048", "# T\n\n1. Run [the smoke flow](gone.hurl)\n                        ^^^^^^^^^\n", &around);
        check_with("CS0048", "# T\n\n```hurl {file=here.hurl}\nGET http://h\n^^^^^^^^^^^^\n```\n", &around);
        check_with("CS0048", "# T\n\n```bash\nhurl --json gone.hurl\n```\n", &around);
    }
}
