//! CS0031: a file that is not there.
//!
//! A command or the text names a file or folder of the repository that does not exist.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::{Claimed, FileRole};

/// Finds CS0031.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::File { path, role, .. } = gone.what else { return None };
    if gone.seen.is_some() {
        return None;
    }
    let what = if *role == FileRole::Folder { "folder" } else { "file" };
    let severity = if *role == FileRole::Mentioned { Severity::Warning } else { Severity::Error };
    gone.say(Code(31), severity, format!("there is no {what} `{path}`"), "correct the path")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed, FileRole};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check(
            "CS0031",
            Claimed::File { path: "ops/drain.sh".to_owned(), folder: None, role: FileRole::Started },
            Answer::gone_near(["scripts/drain.sh"]),
        );
    }
}
