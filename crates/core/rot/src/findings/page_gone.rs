//! CS0039: a page that is gone.
//!
//! A server answers 404 or 410 to an address of the runbook.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0039.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::Page { url } = gone.what else { return None };
    let status = gone.seen.unwrap_or("404");
    gone.say(
        Code(39),
        Severity::Warning,
        format!("`{url}` is gone: the server answers {status}"),
        "use its new address",
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check("CS0039", Claimed::Page { url: "http://localhost/a".to_owned() }, Answer::gone_seen("404"));
    }
}
