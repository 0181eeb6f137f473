//! CS0016: a step name given twice.
//!
//! Two blocks of one procedure have the same `name=`. The second is renamed (`migrate-2`), and whatever refers to it by name means the first.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;

/// Finds CS0016.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for procedure in &subject.runbook.procedures {
        let mut seen = std::collections::HashMap::new();
        for step in &procedure.steps {
            let Some(name) = &step.attributes.name else { continue };
            if let Some(first) = seen.insert(name, step.at.line) {
                let line = subject.source.line_of(step.span.end.saturating_sub(1)).max(step.at.line);
                let place = (step.at.line..=line)
                    .find(|&line| subject.source.line(line).contains(name.as_str()))
                    .unwrap_or(step.at.line);
                found.push(subject.say(
                    Code(16),
                    Severity::Error,
                    subject.on_line(place, name),
                    format!("the step at line {first} has the name `{name}` already"),
                    "give each step a name of its own",
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
        check("CS0016", "# T\n\n```bash {name=go}\nls\n```\n\n```bash {name=go}\n              ^^\nls\n```\n");
    }
}
