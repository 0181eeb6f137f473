//! CS0006: a code block that is never closed.
//!
//! A code block is opened and never closed, so everything below it is read as its content: headings, lists and further steps are lost.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;

/// Finds CS0006.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (block, fence) in subject.fences().filter(|(_, fence)| !fence.closed) {
        let span = subject.on_line(block.line, "");
        let message = format!("this code block is never closed: {} lines below belong to it", fence.lines.len());
        found.push(subject.say(Code(6), Severity::Error, span, message, "close it with a line of the same signs"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0006", "# T\n\n```bash\n^^^^^^^\nls\n\n## Next\n");
        check("CS0006", "# T\n\n```bash\nls\n```\n");
    }
}
