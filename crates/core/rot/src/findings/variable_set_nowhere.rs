//! CS0036: a variable that nothing sets.
//!
//! A step needs an environment variable that nothing sets: no earlier step, not the front matter, not `callsheet.toml`, no configuration file of the repository, and not this shell.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0036.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::Variable { name } = gone.what else { return None };
    let hint = format!("declare `{name}` in the front matter, or add it to `.env.example`");
    gone.say(Code(36), Severity::Warning, format!("nothing sets `{name}`"), &hint)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check("CS0036", Claimed::Variable { name: "PIER_HOME".to_owned() }, Answer::gone_near(["PIER_HOMES"]));
    }
}
