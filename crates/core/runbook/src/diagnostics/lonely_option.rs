//! CS0020: a choice of one.
//!
//! A step is marked as one of several ways ("Option 1"), and there is no other. Either the others are not recognised, or there is nothing to choose.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;

/// Finds CS0020.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for procedure in &subject.runbook.procedures {
        for step in &procedure.steps {
            let Some(alternative) = &step.alternative else { continue };
            let numbered = alternative.label.split_whitespace().count() == 2 && !alternative.group.starts_with("via");
            let family = alternative.group.split('-').next().unwrap_or_default();
            let others = subject
                .steps()
                .filter_map(|(_, other)| other.alternative.as_ref())
                .any(|other| other.group.starts_with(family) && other.label != alternative.label);
            if numbered && !others {
                found.push(subject.say(
                    Code(20),
                    Severity::Warning,
                    subject.on_line(step.at.line, ""),
                    format!("`{}` is the only way given", alternative.label),
                    "label every way alike, or drop the label",
                ));
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0020", "# T\n\n**Option 1: restart**\n\n```bash\n^^^^^^^\nsystemctl restart x\n```\n");
        check(
            "CS0020",
            "# T\n\n**Option 1: restart**\n\n```bash\nsystemctl restart x\n```\n\n**Option 2: scale**\n\n```bash\nkubectl scale deploy x --replicas=3\n```\n",
        );
    }
}
