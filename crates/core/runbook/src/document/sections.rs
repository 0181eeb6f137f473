//! Sections: what stands under each heading.

use std::ops::Range;

use callsheet_diag::Span;

use super::{BlockKind, Document};

/// What stands under one heading, up to the next heading of any level.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// The heading's block; `None` for section 0, before the first heading.
    pub heading: Option<usize>,
    /// The heading's words; empty for section 0.
    pub title: String,
    /// The heading's level, 0 for section 0.
    pub level: u8,
    /// The section whose heading is the nearest one above with a smaller level.
    pub parent: Option<usize>,
    /// Its own blocks, without the heading and without subsections.
    pub blocks: Range<usize>,
    /// From the heading to the next heading of any level.
    pub span: Span,
    /// GitHub's anchor for the heading, unique in the file; empty for section 0.
    pub slug: String,
}

/// Fills `sections` and every block's `section`.
pub(super) fn assign(document: &mut Document, text_len: usize) {
    let mut sections = vec![Section::default()];
    let mut enclosing: Vec<usize> = Vec::new();
    let mut slugs = crate::slug::Slugs::default();
    for index in 0..document.blocks.len() {
        let block = &document.blocks[index];
        if let (BlockKind::Heading { level, text }, None) = (&block.kind, block.parent) {
            close(sections.last_mut(), index, block.span.start);
            while enclosing.last().is_some_and(|&at| sections[at].level >= *level) {
                enclosing.pop();
            }
            let title = text.plain().into_owned();
            let slug = slugs.unique(&crate::slug::slug(&title));
            sections.push(Section {
                heading: Some(index),
                title,
                level: *level,
                parent: enclosing.last().copied(),
                blocks: index + 1..index + 1,
                span: block.span,
                slug,
            });
            enclosing.push(sections.len() - 1);
        }
        document.blocks[index].section = sections.len() - 1;
    }
    close(sections.last_mut(), document.blocks.len(), text_len);
    document.sections = sections;
}

fn close(section: Option<&mut Section>, block: usize, end: usize) {
    if let Some(section) = section {
        section.blocks.end = block;
        section.span.end = end;
    }
}
