//! CS0012: an attribute with a wrong value.
//!
//! An attribute's value is not of its type, so the attribute is not taken.

use callsheet_diag::{Code, Diagnostic, Severity, Span};

use super::Subject;
use crate::attributes::Fault;

/// Finds CS0012.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (_, fence) in subject.fences().filter(|(_, fence)| fence.info.contains('{')) {
        for fault in &fence.attributes().1 {
            if let Fault::BadValue(one, wanted) = fault {
                let span = Span::new(fence.info_span.start + one.at, fence.info_span.start + one.at + one.key.len());
                found.push(subject.say(
                    Code(12),
                    Severity::Error,
                    span,
                    format!("`{}={}` is not {wanted}", one.key, one.value),
                    &format!("write {wanted}"),
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0012", "# T\n\n```bash {timeout=soon}\n         ^^^^^^^\nls\n```\n");
    }
}
