//! CS0027: a schedule for a procedure that is not there.
//!
//! The front matter schedules a procedure that the file does not have, so nothing would run.

use callsheet_diag::{Code, Diagnostic, Severity, Span};

use super::Subject;

/// Finds CS0027.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(front_matter) = &subject.document.front_matter else { return };
    for slug in subject.runbook.front_matter.schedule.keys() {
        if !subject.runbook.procedures.iter().any(|procedure| procedure.slug == slug.trim_start_matches('#')) {
            let start = subject
                .source
                .slice(front_matter.span)
                .find(slug.as_str())
                .map_or(front_matter.span.start, |at| front_matter.span.start + at);
            found.push(subject.say(
                Code(27),
                Severity::Error,
                Span::new(start, start + slug.len()),
                format!("there is no procedure `#{slug}` to run on schedule"),
                "name the slug of a procedure in this file; `callsheet plan FILE` lists them",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0027", "---\nschedule:\n  daily: 0 9 * * *\n  ^^^^^\n---\n# T\n\n1. Restart the service\n");
    }
}
