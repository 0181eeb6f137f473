//! CS0032: a script that cannot be started.
//!
//! A command starts a file by its path, and the file may not be executed.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0032.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::File { path, .. } = gone.what else { return None };
    gone.seen?;
    let hint = format!("run `chmod +x {path}`, or start it with its interpreter");
    gone.say(Code(32), Severity::Error, format!("`{path}` is not executable"), &hint)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed, FileRole};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check(
            "CS0032",
            Claimed::File { path: "a.sh".to_owned(), folder: None, role: FileRole::Started },
            Answer::gone_seen("not executable"),
        );
    }
}
