//! CS0033: a task that its runner does not know.
//!
//! A command names a target, script or recipe that the repository's Makefile, package.json, justfile, pyproject.toml or Cargo.toml does not define.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::{Claimed, Runner};

/// Finds CS0033.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::Task { runner, name, folder, .. } = gone.what else { return None };
    let (kind, file) = match runner {
        Runner::Make => ("target", "Makefile"),
        Runner::Npm => ("script", "package.json"),
        Runner::Just => ("recipe", "justfile"),
        Runner::Poetry => ("script", "pyproject.toml"),
        Runner::CargoProgram => ("program", "Cargo.toml"),
        Runner::CargoAlias => ("command", "cargo"),
    };
    let place = if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") };
    gone.say(Code(33), Severity::Error, format!("{place} has no {kind} `{name}`"), "use the task's new name")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed, Runner};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check(
            "CS0033",
            Claimed::Task { runner: Runner::Make, name: "smoke".to_owned(), folder: String::new(), file: None },
            Answer::gone_near(["smoke-test"]),
        );
    }
}
