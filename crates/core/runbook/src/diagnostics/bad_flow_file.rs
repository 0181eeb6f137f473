//! CS0049: a flow's file that cannot be read as a flow.
//!
//! A step runs a `.hurl` file that is not in the Hurl format. The finding stands where the runbook names the file, and says
//! the place within it.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::flows::FlowCall;
use crate::model::Runs;

/// Finds CS0049.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let acts = subject.steps().filter(|(_, step)| step.runs == Some(Runs::Hurl)).flat_map(|(_, step)| &step.acts);
    for act in acts {
        for path in FlowCall::read(&act.command).unwrap_or_default().files {
            let Some(Ok(file)) = subject.runbook.flows.files.get(&path) else { continue };
            let Err(error) = callsheet_flow::read(&file.text) else { continue };
            let message = format!("{}:{}:{}: {}", file.path, error.at.line, error.at.column, error.message);
            let hint = error.hint.as_deref().unwrap_or("correct it as the Hurl format wants it");
            found.push(subject.say(Code(49), Severity::Error, subject.on_line(act.line, &path), message, hint));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_with;
    use crate::flows::{FlowFile, FlowSurroundings};

    #[test]
    fn it_speaks_where_it_should() {
        let file = |text: &str| FlowFile { path: "tests/a.hurl".to_owned(), text: text.to_owned() };
        let with =
            |text: &str| FlowSurroundings { files: [("a.hurl".to_owned(), Ok(file(text)))].into(), program: None };
        let bad = with("GET http://h\nHTTP 200\n[Asserts]\nstatus is 200\n");
        check_with("CS0049", "# T\n\n```bash\nhurl a.hurl\n     ^^^^^^\n```\n", &bad);
        check_with("CS0049", "# T\n\n```bash\nhurl a.hurl\n```\n", &with("GET http://h\nHTTP 200\n"));
        let source = callsheet_diag::SourceText::new("t.md", "# T\n\n```hurl {file=a.hurl}\n```\n");
        let found = crate::read_with(&source, &bad).diagnostics;
        let said = found.iter().find(|one| one.code.0 == 49).expect("it is found");
        assert!(said.message.starts_with("tests/a.hurl:4:8: "), "{}", said.message);
    }
}
