//! CS0046: a procedure that was never rehearsed.
//!
//! The record holds no rehearsal of this procedure as it stands now.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0046.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::Rehearsal { slug } = gone.what else { return None };
    if gone.seen.is_some() {
        return None;
    }
    let message = format!("`#{slug}` as it stands was never rehearsed");
    gone.say(Code(46), Severity::Note, message, &format!("run `callsheet rehearse FILE#{slug}`"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check("CS0046", Claimed::Rehearsal { slug: "deploy".to_owned() }, Answer::gone());
    }
}
