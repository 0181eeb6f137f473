//! CS0030: a program that is not there.
//!
//! A command calls a program that is not on the `PATH` of the machine that checked.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0030.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::Program { name } = gone.what else { return None };
    let message = format!("`{name}` is not on this machine's PATH");
    gone.say(Code(30), Severity::Warning, message, "install it, or name the program that took its place")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check("CS0030", Claimed::Program { name: "shipctl".to_owned() }, Answer::gone_near(["shipctl2"]));
    }
}
