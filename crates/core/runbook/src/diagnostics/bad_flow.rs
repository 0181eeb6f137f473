//! CS0028: an HTTP flow that cannot be read.
//!
//! A fence marked `hurl` is not in the Hurl format, so its step could not run.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::model::Runs;

/// Finds CS0028.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let acts = subject.steps().filter(|(_, step)| step.runs == Some(Runs::Hurl)).flat_map(|(_, step)| &step.acts);
    for act in acts {
        let is_call = crate::flows::FlowCall::read(&act.command).is_some();
        let Some(error) = callsheet_flow::read(&act.command).err().filter(|_| !is_call) else { continue };
        let line = act.command.lines().nth(error.at.line as usize - 1).unwrap_or_default();
        let from: String = line.chars().skip(error.at.column as usize - 1).collect();
        let span = subject.on_line(act.line + error.at.line - 1, from.trim_end());
        let hint = error.hint.as_deref().unwrap_or("correct it as the Hurl format wants it");
        found.push(subject.say(Code(28), Severity::Error, span, error.message, hint));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0028", "# T\n\n```hurl\nGET http://h\nHTTP 200\n[Asserts]\nstatus is 200\n       ^^^^^^\n```\n");
        check("CS0028", "# T\n\n```hurl\nGET http://h\nHTTP 200\n```\n");
    }
}
