//! CS0025: an undo step that is not there.
//!
//! `undo=` names a step that its procedure does not have, so this step could not be undone.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;

/// Finds CS0025.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (procedure, step) in subject.steps() {
        let Some(undo) = step.written_undo() else { continue };
        let known = procedure.steps.iter().any(|other| other.id.as_str() == undo)
            || subject.steps().any(|(_, other)| other.attributes.name.as_deref() == Some(undo));
        if !known {
            let last = subject.source.line_of(step.span.end.saturating_sub(1)).max(step.at.line);
            let place =
                (step.at.line..=last).find(|&line| subject.source.line(line).contains("undo=")).unwrap_or(step.at.line);
            found.push(subject.say(
                Code(25),
                Severity::Error,
                subject.on_line(place, undo),
                format!("there is no step `{undo}` to undo this one with"),
                "name a step by its `name=`",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0025", "# T\n\n```bash {undo=back}\n              ^^^^\nls\n```\n");
        check("CS0025", "# T\n\n```bash {undo=back}\nls\n```\n\n```bash {name=back}\nls\n```\n");
    }
}
