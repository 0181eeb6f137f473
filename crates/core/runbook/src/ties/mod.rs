//! What undoes what, where the words say so: the "To undo:" right below a step, and the way back that a sentence names for a failure.
//!
//! Both are conclusions. A step that undoes another is kept out of the way, because nobody undoes what was just done; where a
//! failure leads is only shown. Written as `undo=` and `rollback=`, they act by themselves; `undo=no` and `rollback=no` keep the words
//! from tying anything.

mod failure;
mod undo;

use std::borrow::Cow;

use callsheet_diag::SourceText;

use crate::attributes::is_false;
use crate::document::Document;
use crate::model::{Inferred, Procedure, Step};

// === impl Step ===

impl Step {
    /// The name of the step that undoes this one: written, or concluded. A concluded one runs only where somebody orders a rollback.
    pub fn undone_by(&self) -> Option<&str> {
        let concluded = || self.inferred.iter().find(|one| one.field == "undo").map(|one| &*one.value);
        self.written_undo().or_else(concluded)
    }

    /// The name in `undo=`, but for `undo=no`.
    pub fn written_undo(&self) -> Option<&str> {
        self.attributes.undo.as_deref().filter(|written| !is_false(written))
    }

    /// The slug in `rollback=#slug`, but for `rollback=no`.
    pub fn written_rollback(&self) -> Option<&str> {
        let written = self.attributes.rollback.as_deref().filter(|written| !is_false(written))?;
        Some(written.trim_start_matches('#'))
    }
}

/// Adds `undo` and `rollback_to` to what the steps' words let conclude, and makes one step of what undoes together.
pub(crate) fn conclude(document: &Document, source: &SourceText, procedures: &mut [Procedure]) {
    for procedure in procedures.iter_mut().filter(|one| !one.rollback) {
        undo::join(document, &mut procedure.steps);
        undo::tie(document, &mut procedure.steps);
    }
    failure::tie(document, source, procedures);
}

fn conclusion(step: &mut Step, field: &'static str, value: String, line: u32) {
    step.inferred.push(Inferred { field: Cow::Borrowed(field), value: Cow::Owned(value), line });
}

/// The section in which a byte stands.
fn section_at(document: &Document, at: usize) -> usize {
    document.sections.partition_point(|section| section.span.start <= at).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use callsheet_diag::SourceText;

    /// Each conclusion as `step field value line`.
    pub(super) fn check(text: &str, expected: &[&str]) {
        let reading = crate::read(&SourceText::new("a.md", text));
        let steps = reading.runbook.procedures.iter().flat_map(|one| &one.steps);
        let found: Vec<String> = steps
            .flat_map(|step| {
                let ties = step.inferred.iter().filter(|one| matches!(&*one.field, "undo" | "rollback_to"));
                ties.map(|one| format!("{} {} {} {}", step.id, one.field, one.value, one.line))
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    pub(super) const BACK: &str = "\n## Rollback\n\n1. Go back:\n\n   ```bash\n   make back\n   ```\n";
}
