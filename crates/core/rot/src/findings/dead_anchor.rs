//! CS0035: an anchor that is not there.
//!
//! A link or command names a heading or procedure that its file does not have.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0035.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let (path, anchor) = match gone.what {
        Claimed::Link { path, anchor: Some(anchor) } => (path, anchor),
        Claimed::Procedure { path, slug, .. } => (path, slug),
        _ => return None,
    };
    let file = if path.is_empty() { "this file".to_owned() } else { format!("`{path}`") };
    gone.say(Code(35), Severity::Warning, format!("{file} has no `#{anchor}`"), "use the heading's new anchor")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check(
            "CS0035",
            Claimed::Link { path: String::new(), anchor: Some("rollback".to_owned()) },
            Answer::gone_near(["roll-back"]),
        );
    }
}
