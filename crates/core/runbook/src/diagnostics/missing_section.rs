//! CS0009: a link to a section that is not there.
//!
//! A link points at a heading of this file that does not exist, often because the heading was reworded.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::document::MarkKind;

/// Finds CS0009.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut anchors: std::collections::HashSet<String> =
        subject.document.sections.iter().map(|section| section.slug.clone()).collect();
    anchors.extend(subject.document.anchors.iter().map(|anchor| anchor.to_lowercase()));
    // GitHub numbers repeated headings from 1.
    let mut counts = std::collections::HashMap::new();
    for section in &subject.document.sections {
        let base = crate::slug::slug(&section.title);
        let count = counts.entry(base.clone()).or_insert(0);
        anchors.insert(if *count == 0 { base } else { format!("{base}-{count}") });
        *count += 1;
    }
    let loose = |anchor: &str| anchor.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let known: std::collections::HashSet<String> = anchors.iter().map(|anchor| loose(anchor)).collect();
    for block in 0..subject.document.blocks.len() {
        let Some(text) = subject.document.text(block) else { continue };
        for (_, mark) in text.marks() {
            let MarkKind::Link { target } = &mark.kind else { continue };
            let Some(anchor) = target.strip_prefix('#') else { continue };
            if !anchor.is_empty() && !anchor.contains('%') && !known.contains(&loose(&anchor.to_lowercase())) {
                found.push(subject.say(
                    Code(9),
                    Severity::Warning,
                    mark.span,
                    format!("no heading of this file is `#{anchor}`"),
                    "point the link at an existing heading",
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
        check("CS0009", "# T\n\nSee [the end](#end).\n    ^^^^^^^^^^^^^^^\n");
        check("CS0009", "# T\n\nSee [the end](#the-end).\n\n## The end\n");
    }
}
