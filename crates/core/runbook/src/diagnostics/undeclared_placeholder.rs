//! CS0002: placeholder without declaration.
//!
//! A command holds a value to be filled in that the front matter does not declare. It is asked for before the step runs; nothing runs unfilled. Declared, it has a type, a default and a description, and a wrong value is refused.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;

/// Finds CS0002.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen = std::collections::HashSet::new();
    for (_, step) in subject.steps() {
        for one in step.params.iter().filter(|one| !one.text.is_empty()) {
            if subject.runbook.front_matter.declares(one) || !seen.insert(one.name.as_str()) {
                continue;
            }
            let span = subject.on_line(one.line, &one.text);
            let message = format!("`{}` must be filled in and is not declared", one.text);
            found.push(subject.say(
                Code(2),
                Severity::Note,
                span,
                message,
                &format!("declare `{}` under `parameters:` in the front matter", one.name),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0002", "# T\n\n```bash\nkubectl delete pod <pod-name>\n                   ^^^^^^^^^^\n```\n");
        check("CS0002", "---\nsecrets: [TOKEN]\n---\n# T\n\n```hurl\nGET http://a/{{TOKEN}}\nHTTP 200\n```\n");
        check("CS0002", "---\nparameters:\n  pod-name: {}\n---\n# T\n\n```bash\nkubectl delete pod <pod-name>\n```\n");
    }
}
