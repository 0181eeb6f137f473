//! CS0017: an expectation without a step.
//!
//! A list or block says what is expected, and no step above it in its section does anything that could show it.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::contexts::is_expected;
use crate::document::BlockKind;
use crate::words::Said;

/// Finds CS0017.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut holds = std::collections::HashMap::new();
    for (_, step) in subject.steps() {
        let first = holds.entry(section_at(subject, step.span.start)).or_insert(usize::MAX);
        *first = (*first).min(step.span.start);
    }
    for (index, block) in subject.document.blocks.iter().enumerate() {
        let BlockKind::Paragraph(text) = &block.kind else { continue };
        if !text.lines.last().is_some_and(|line| line.text.trim_end().ends_with(':')) {
            continue;
        }
        let words = text.plain();
        let introduces = words.trim_end().ends_with(':') && words.len() < 60 && block.parent.is_none();
        if introduces
            && is_expected(&Said::of(&words))
            && holds.get(&block.section).is_none_or(|&first| first > block.span.start)
            && subject.document.admonition(index).is_none()
        {
            found.push(subject.say(
                Code(17),
                Severity::Warning,
                subject.on_line(block.line, ""),
                "no step above shows what is expected here".to_owned(),
                "put it below the command whose result it describes",
            ));
        }
    }
}

fn section_at(subject: &Subject<'_>, offset: usize) -> usize {
    let sections = &subject.document.sections;
    sections.partition_point(|section| section.heading.is_none() || section.span.start <= offset).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0017", "# T\n\nExpected result:\n^^^^^^^^^^^^^^^^\n\n- the site answers\n");
        check("CS0017", "# T\n\n```bash\ncurl -f localhost\n```\n\nExpected result:\n\n- the site answers\n");
    }
}
