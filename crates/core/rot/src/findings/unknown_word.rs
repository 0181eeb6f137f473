//! CS0044: an option that is not understood.
//!
//! A command gives a script of the repository, or `callsheet` itself, an option or word that it does not know.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0044.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let message = match gone.what {
        Claimed::ScriptOption { script, option, .. } => format!("`{script}` does not know `{option}`"),
        Claimed::ScriptWord { script, word, .. } => format!("`{script}` does not know `{word}`"),
        Claimed::OwnWord { command, word, .. } => format!("`{command}` does not know `{word}`"),
        _ => return None,
    };
    gone.say(Code(44), Severity::Error, message, "use its new name")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check(
            "CS0044",
            Claimed::ScriptOption { script: "a.sh".to_owned(), folder: None, option: "--keep".to_owned() },
            Answer::gone_near(["--keeps"]),
        );
    }
}
