//! CS0015: a parameter that nothing uses.
//!
//! The front matter declares a parameter that no step uses. It is asked for in vain, or a placeholder is spelt otherwise.

use callsheet_diag::{Code, Diagnostic, Severity, Span};

use super::Subject;

/// Finds CS0015.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(front_matter) = &subject.document.front_matter else { return };
    let text = &subject.source.text()[front_matter.span.end..];
    for name in subject.runbook.front_matter.parameters.keys() {
        let used = subject.steps().any(|(_, step)| step.params.iter().any(|one| one.name == *name))
            || text.contains(name.as_str());
        if !used {
            let start = subject
                .source
                .slice(front_matter.span)
                .find(name.as_str())
                .map_or(front_matter.span.start, |at| front_matter.span.start + at);
            found.push(subject.say(
                Code(15),
                Severity::Note,
                Span::new(start, start + name.len()),
                format!("no step uses the parameter `{name}`"),
                "remove it, or spell the placeholder as it is declared",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0015", "---\nparameters:\n  region: {}\n  ^^^^^^\n---\n# T\n\n1. Restart the service\n");
        check("CS0015", "---\nparameters:\n  region: {}\n---\n# T\n\n```bash\ndeploy.sh <region>\n```\n");
    }
}
