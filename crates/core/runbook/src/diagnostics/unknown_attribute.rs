//! CS0011: an attribute we do not know.
//!
//! The block's first line holds an attribute that Callsheet does not know. It is kept and does nothing.

use callsheet_diag::{Code, Diagnostic, Severity, Span};

use super::Subject;
use crate::attributes::{Fault, KNOWN};

/// Finds CS0011.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (_, fence) in subject.fences().filter(|(_, fence)| fence.info.contains('{')) {
        for fault in &fence.attributes().1 {
            if let Fault::Unknown(one) = fault {
                let span = Span::new(fence.info_span.start + one.at, fence.info_span.start + one.at + one.key.len());
                let like = KNOWN.iter().find(|known| {
                    known.replace('_', "") == one.key.to_lowercase().replace(['-', '_'], "")
                        || known.starts_with(one.key.as_str())
                });
                let hint = like.map_or_else(
                    || format!("attributes are: {}", KNOWN.join(", ")),
                    |like| format!("did you mean `{like}`?"),
                );
                found.push(subject.say(
                    Code(11),
                    Severity::Warning,
                    span,
                    format!("`{}` is no attribute", one.key),
                    &hint,
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
        check("CS0011", "# T\n\n```bash {colour=red name=x}\n         ^^^^^^\nls\n```\n");
    }
}
