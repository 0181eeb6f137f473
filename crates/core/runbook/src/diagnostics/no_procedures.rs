//! CS0001: no procedures.
//!
//! The file holds nothing to do: no numbered list, no checklist, no block of commands, no sentence that asks for an act.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;

/// Finds CS0001.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    if subject.runbook.procedures.is_empty() {
        let span = subject.on_line(1, "");
        found.push(subject.say(
            Code(1),
            Severity::Note,
            span,
            "this runbook has no procedures".to_owned(),
            "write what is to be done as a numbered list, a checklist or a block of commands",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0001", "# Billing\n^^^^^^^^^\n\nBilling writes invoices.\n");
        check("CS0001", "# Deploy\n\n1. Restart the service\n");
    }
}
