//! CS0037: a host that does not resolve.
//!
//! A command or link names a host that has no address.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0037.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::Host { name } = gone.what else { return None };
    gone.say(Code(37), Severity::Warning, format!("the host `{name}` does not exist"), "use its new name")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check("CS0037", Claimed::Host { name: "old.invalid".to_owned() }, Answer::gone());
    }
}
