//! CS0050: an HTTP flow that only the `hurl` program can carry out, where none is installed.
//!
//! The flow uses a part of the format that Callsheet hands to an installed `hurl`: XPath, certificates, proxies. There is none
//! on the path, so the step could not run here.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::flows::flows_of;
use crate::model::Runs;

/// Finds CS0050.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    if subject.runbook.flows.program.is_some() {
        return;
    }
    let acts = subject.steps().filter(|(_, step)| step.runs == Some(Runs::Hurl)).flat_map(|(_, step)| &step.acts);
    for act in acts {
        for (file, flow) in flows_of(&act.command, &subject.runbook.flows) {
            let Some(fault) = flow.foreign().first().map(|foreign| foreign.fault()) else { continue };
            let (span, message) = match &file {
                Some(file) => {
                    let message = format!("{}:{}:{}: {}", file.path, fault.at.line, fault.at.column, fault.message);
                    (subject.on_line(act.line, file.path.rsplit('/').next().unwrap_or_default()), message)
                }
                None => {
                    let line = act.command.lines().nth(fault.at.line as usize - 1).unwrap_or_default();
                    let from: String = line.chars().skip(fault.at.column as usize - 1).collect();
                    (subject.on_line(act.line + fault.at.line - 1, from.trim_end()), fault.message)
                }
            };
            let hint = fault.hint.as_deref().unwrap_or_default();
            found.push(subject.say(Code(50), Severity::Error, span, message, hint));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_with;
    use crate::flows::{FlowFile, FlowSurroundings};

    #[test]
    fn it_speaks_where_it_should() {
        let text = "GET http://h\nHTTP 200\n[Asserts]\nxpath \"//a\" exists\n";
        let file = FlowFile { path: "tests/a.hurl".to_owned(), text: text.to_owned() };
        let mut around = FlowSurroundings { files: [("a.hurl".to_owned(), Ok(file))].into(), program: None };
        let here = |under: &str| {
            format!("# T\n\n```hurl\nGET http://h\nHTTP 200\n[Asserts]\nxpath \"//a\" exists\n{under}```\n")
        };
        check_with("CS0050", &here("^^^^^^^^^^^^^^^^^^\n"), &around);
        check_with("CS0050", "# T\n\n```bash\nhurl a.hurl\n     ^^^^^^\n```\n", &around);
        around.program = Some("8.0.1".to_owned());
        check_with("CS0050", &here(""), &around);
    }
}
