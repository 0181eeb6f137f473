//! CS0040: a service that is not there.
//!
//! A command names a compose service, container or cluster object that does not exist.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0040.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let (severity, message) = match gone.what {
        Claimed::ComposeService { name, .. } => (Severity::Error, format!("the compose file has no service `{name}`")),
        Claimed::Container { name } => (Severity::Warning, format!("there is no container `{name}`")),
        Claimed::KubeObject { kind, name, .. } => (Severity::Warning, format!("the cluster has no {kind} `{name}`")),
        _ => return None,
    };
    gone.say(Code(40), severity, message, "use its new name")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check("CS0040", Claimed::Container { name: "web".to_owned() }, Answer::gone_near(["web-1"]));
    }
}
