//! CS0043: a branch or tag that is not there.
//!
//! A git command names a branch or tag that this clone does not have.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0043.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::GitRef { name } = gone.what else { return None };
    gone.say(
        Code(43),
        Severity::Warning,
        format!("this clone has no branch or tag `{name}`"),
        "use its new name, or fetch it",
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check("CS0043", Claimed::GitRef { name: "release-1".to_owned() }, Answer::gone());
    }
}
