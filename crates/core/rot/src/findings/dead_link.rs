//! CS0034: a link to nowhere.
//!
//! A link or picture names a file that does not exist.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0034.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::Link { path, anchor: None } = gone.what else { return None };
    gone.say(Code(34), Severity::Warning, format!("the link leads nowhere: there is no `{path}`"), "correct the path")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check("CS0034", Claimed::Link { path: "a.md".to_owned(), anchor: None }, Answer::gone());
    }
}
