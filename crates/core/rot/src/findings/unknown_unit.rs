//! CS0041: a unit that is not there.
//!
//! A command names a unit of systemd that this machine and this repository do not have.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0041.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::Unit { name } = gone.what else { return None };
    let message = format!("neither this machine nor the repository has a unit `{name}`");
    gone.say(Code(41), Severity::Note, message, "use its new name, or keep its file in the repository")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check("CS0041", Claimed::Unit { name: "pier".to_owned() }, Answer::gone());
    }
}
