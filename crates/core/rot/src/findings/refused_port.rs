//! CS0038: a port that refuses.
//!
//! Nothing listens where a command or link goes.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0038.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let Claimed::Port { host, port } = gone.what else { return None };
    let hint = "use the port that the service listens on now, or make the address a parameter";
    gone.say(Code(38), Severity::Warning, format!("nothing listens on {host}:{port}"), hint)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check("CS0038", Claimed::Port { host: "localhost".to_owned(), port: 1 }, Answer::gone());
    }
}
