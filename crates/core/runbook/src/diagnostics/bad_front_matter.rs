//! CS0013: front matter that cannot be read.
//!
//! The YAML between the `---` lines at the top cannot be read, so no service, parameter or secret that it declares is known.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;

/// Finds CS0013.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(fault) = subject.front_matter_fault {
        found.push(subject.say(
            Code(13),
            Severity::Error,
            fault.span,
            format!("the front matter cannot be read: {}", fault.message),
            "correct the YAML between the `---` lines",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0013", "---\nservice: [a\n^^^^^^^^^^^\nowner: b\n---\n# T\n");
        check("CS0013", "---\nservice: a\n---\n# T\n");
    }
}
