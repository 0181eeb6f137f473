//! CS0047: a rehearsal long ago.
//!
//! The last good rehearsal of this procedure is more than 180 days old.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0047.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::Rehearsal { slug } = gone.what else { return None };
    let message = format!("`#{slug}` was last rehearsed {} ago", gone.seen?);
    gone.say(Code(47), Severity::Warning, message, &format!("run `callsheet rehearse FILE#{slug}`"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check("CS0047", Claimed::Rehearsal { slug: "deploy".to_owned() }, Answer::gone_seen("200 days"));
    }
}
