//! The document model: Markdown as a flat sequence of blocks, each with its place, parent and section.
//!
//! Blocks stand in document order; containers (items, quotes) come before what they hold, and a block names its
//! container by index. All spans are bytes of the raw file and all lines are 1-based lines of it, whatever front matter,
//! byte-order mark, line ends, directives or comments the file holds.

mod build;
mod front;
mod mask;
mod promote;
mod sections;
mod text;

#[cfg(test)]
mod tests;

use std::sync::{LazyLock, OnceLock};

use callsheet_diag::{SourceText, Span};

use crate::attributes::Fault;
use crate::fences::Judged;
use crate::model::Attributes;
pub use front::FrontMatterText;
pub use mask::{Aside, AsideKind};
pub use sections::Section;
pub use text::{Lines, Mark, MarkKind, Text, TextLine};

/// A Markdown file as blocks.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// In document order; a container comes before its content.
    pub blocks: Vec<Block>,
    /// Section 0 is what stands before the first heading; then one per heading, in order.
    pub sections: Vec<Section>,
    /// The YAML between `---` lines at the top.
    pub front_matter: Option<FrontMatterText>,
    /// Directives (`:::note`, ```` ```{note} ````), `<details>` and the like that wrap blocks, by start.
    pub asides: Vec<Aside>,
    /// HTML comments, by start.
    pub comments: Vec<Span>,
    /// Names of `<a id=…>` and `<a name=…>` anchors.
    pub anchors: Vec<String>,
}

/// One block.
#[derive(Clone, Debug)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// From its marker to its last byte, content included.
    pub span: Span,
    /// 1-based line where it begins.
    pub line: u32,
    /// The item or quote that holds it.
    pub parent: Option<usize>,
    /// Index into [`Document::sections`]; a heading belongs to the section it opens.
    pub section: usize,
    /// Index into [`Document::asides`]: the innermost one around it.
    pub aside: Option<usize>,
    /// One past the last block inside it.
    pub end: usize,
}

/// What a block is.
#[derive(Clone, Debug)]
pub enum BlockKind {
    /// `## Title`
    Heading {
        /// 1–6.
        level: u8,
        /// Its words.
        text: Text,
    },
    /// Running text; also the text of a tight list item.
    Paragraph(Text),
    /// One list item; its text and everything nested are blocks inside it.
    Item(Item),
    /// A fenced or indented code block.
    Fence(Fence),
    /// A table.
    Table(Table),
    /// `>`; content is inside it.
    Quote {
        /// `note`, `warning`, … of `> [!WARNING]`.
        alert: Option<&'static str>,
    },
    /// Raw HTML that wraps no Markdown.
    Html,
    /// `---`
    Rule,
}

/// A list item.
#[derive(Clone, Debug)]
pub struct Item {
    /// The number as written (`1. 1. 1.` gives 1 three times); `None` for bullets.
    pub number: Option<u64>,
    /// `-`, `*`, `+`, `.` or `)`.
    pub marker: char,
    /// `[ ]` is `Some(false)`, `[x]` is `Some(true)`.
    pub checkbox: Option<bool>,
    /// 1 for a top-level list, 2 for a list inside an item, …
    pub depth: u16,
    /// Same for all items of one list, different for each list.
    pub list: usize,
}

/// A code block.
#[derive(Clone, Debug)]
pub struct Fence {
    /// Everything after the opening fence on its line, trimmed. Empty for indented code.
    pub info: String,
    /// Place of the info string.
    pub info_span: Span,
    /// Indented by four spaces rather than fenced.
    pub indented: bool,
    /// Whether a closing fence was found; `true` for indented code.
    pub closed: bool,
    /// Content line by line, indentation of the container removed.
    pub lines: Vec<CodeLine>,
    /// What it is for, once asked.
    pub(crate) judged: OnceLock<Judged>,
    /// The attributes of its info string, once asked for.
    pub(crate) attributes: OnceLock<Box<(Attributes, Vec<Fault>)>>,
}

/// One line of a code block.
#[derive(Clone, Debug)]
pub struct CodeLine {
    /// Without its line end.
    pub text: String,
    /// Place of `text`.
    pub span: Span,
    /// 1-based.
    pub line: u32,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The header's cells.
    pub header: Vec<Cell>,
    /// Cells row by row.
    pub rows: Vec<Vec<Cell>>,
}

/// A table cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its words.
    pub text: Text,
    /// Between the bars.
    pub span: Span,
    /// 1-based.
    pub line: u32,
}

impl Fence {
    /// The content as one text, lines joined by `\n`.
    pub fn body(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    }
}

impl Fence {
    /// The attributes of its info string, and what of it could not be taken.
    pub(crate) fn attributes(&self) -> &(Attributes, Vec<Fault>) {
        static NONE: LazyLock<(Attributes, Vec<Fault>)> = LazyLock::new(Default::default);
        if !self.info.contains('{') {
            return &NONE;
        }
        self.attributes.get_or_init(|| Box::new(crate::attributes::read(&self.info)))
    }
}

impl Document {
    /// Reads the whole text. Never fails; linear in the text's length.
    pub fn read(source: &SourceText) -> Document {
        let (front_matter, body) = front::split(source);
        let masked = mask::mask(source, body);
        let mut document = build::build(source, &masked.text, body);
        document.front_matter = front_matter;
        document.comments = masked.comments;
        document.anchors = masked.anchors;
        document.asides = masked.asides;
        promote::promote(&mut document, source);
        sections::assign(&mut document, source.text().len());
        mask::assign(&mut document);
        document
    }

    /// The words of a heading or paragraph.
    pub fn text(&self, block: usize) -> Option<&Text> {
        match &self.blocks[block].kind {
            BlockKind::Heading { text, .. } | BlockKind::Paragraph(text) => Some(text),
            _ => None,
        }
    }

    /// The item at `block`.
    pub fn item(&self, block: usize) -> Option<&Item> {
        match &self.blocks[block].kind {
            BlockKind::Item(item) => Some(item),
            _ => None,
        }
    }

    /// The blocks directly inside a container.
    pub fn children(&self, block: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.blocks[block].end;
        let mut next = block + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let child = next;
                next = self.blocks[child].end;
                child
            })
        })
    }

    /// An item's own text: its first paragraph, if the item begins with one.
    pub fn item_text(&self, block: usize) -> Option<&Text> {
        self.children(block).next().and_then(|child| self.text(child))
    }

    /// Titles of the enclosing headings, outermost first, the block's own section last.
    pub fn section_path(&self, block: usize) -> Vec<&str> {
        let mut path = Vec::new();
        let mut section = Some(self.blocks[block].section);
        while let Some(at) = section {
            if self.sections[at].heading.is_some() {
                path.push(self.sections[at].title.as_str());
            }
            section = self.sections[at].parent;
        }
        path.reverse();
        path
    }

    /// The blocks of a section that are in no container, without its heading and subsections.
    pub fn section_blocks(&self, section: usize) -> impl Iterator<Item = usize> + '_ {
        let range = self.sections[section].blocks.clone();
        let mut next = range.start;
        std::iter::from_fn(move || {
            (next < range.end).then(|| {
                let block = next;
                next = self.blocks[block].end;
                block
            })
        })
    }

    /// `note`, `warning`, `tip`, … if the block stands in an admonition or a quote; `<details>` is none.
    pub fn admonition(&self, block: usize) -> Option<&str> {
        let mut at = Some(block);
        while let Some(index) = at {
            if let BlockKind::Quote { alert } = self.blocks[index].kind {
                return Some(alert.unwrap_or("quote"));
            }
            at = self.blocks[index].parent;
        }
        self.blocks[block].aside.map(|aside| &self.asides[aside]).and_then(|aside| match aside.kind {
            AsideKind::Admonition => Some(aside.name.as_str()),
            AsideKind::Details => None,
        })
    }
}
