//! CS0009: a link to a section that is not there.
//!
//! A link points at a heading of this file that does not exist, often because the heading was reworded.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::document::MarkKind;

/// Finds CS0009.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let links = || {
        let texts = (0..subject.document.blocks.len()).filter_map(|block| subject.document.text(block));
        texts.flat_map(|text| text.marks()).filter_map(|(_, mark)| match &mark.kind {
            MarkKind::Link { target } => target.strip_prefix('#').map(|anchor| (mark, anchor)),
            _ => None,
        })
    };
    if links().next().is_none() {
        return;
    }
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
    for (mark, anchor) in links() {
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

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0009", "# T\n\nSee [the end](#end).\n    ^^^^^^^^^^^^^^^\n");
        check("CS0009", "# T\n\nSee [the end](#the-end).\n\n## The end\n");
    }
}
