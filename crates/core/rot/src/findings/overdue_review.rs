//! CS0045: an overdue review.
//!
//! The runbook should have been reviewed by now: by its own date, or by its last review and how often it asks for one.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0045.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::Review { stated, .. } = gone.what else { return None };
    let hint = "review the runbook, then write the new dates";
    gone.say(Code(45), Severity::Warning, format!("the review {stated}"), hint)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check("CS0045", Claimed::Review { due: 0, stated: "was due on 1970-01-01".to_owned() }, Answer::gone());
    }
}
