//! The document as statements, tables and fences, each with what introduces it and the topics it stands under.

use super::cues::{Cues, cues_of};
use super::key_lines::key_value;
pub(crate) use super::long_lines::human;
use super::sections::{SectionAt, sections};
use super::topics::{Topics, label_part, topics_of};
use super::wrapped::{Sentence, Sentences};
use crate::document::{BlockKind, Document, Fence, Table, TextLine};

/// The document as facts are read from it.
pub(crate) struct Outline<'d> {
    /// Lines of headings, paragraphs and items, in order.
    pub statements: Vec<Statement<'d>>,
    /// Tables, in order.
    pub tables: Vec<TableAt<'d>>,
    /// Code blocks, in order.
    pub fences: Vec<FenceAt<'d>>,
    /// All of them, in document order.
    pub elements: Vec<Element>,
    /// Per section: its heading's words in lower case, and its topics.
    pub sections: Vec<SectionAt>,
    /// The line where the text begins, below front matter.
    pub begins: u32,
    /// Per section: it, or a section inside it, says when its work is done.
    pub has_times: Vec<bool>,
    /// Per statement: the first and last statement that it introduces, and the next one that its own lead introduces.
    below: Vec<Below>,
    /// Per statement: the topics that it names as a label, once asked for.
    named: Vec<Option<Topics>>,
}

/// One thing in document order: an index into the outline's lists.
#[derive(Clone, Copy)]
pub(crate) enum Element {
    /// Into `statements`.
    Statement(usize),
    /// Into `tables`.
    Table(usize),
    /// Into `fences`.
    Fence(usize),
}

/// Where something stands.
#[derive(Clone, Copy, Default)]
pub(crate) struct Surroundings {
    /// The statement that introduces it.
    pub lead: Option<usize>,
    /// Its section.
    pub section: usize,
    /// Topics of the label directly above, its lead or else its heading.
    pub own: Topics,
    /// Topics of the nearest label that names any.
    pub topics: Topics,
    /// Topics of all labels above it.
    pub within: Topics,
}

/// One line of words, or a sentence that runs over several.
pub(crate) struct Statement<'d> {
    /// Its place in the outline's list.
    pub index: usize,
    /// 1-based; where it begins.
    pub line: u32,
    /// Where each further source line begins in `words`, with its 1-based number.
    pub breaks: &'d [(usize, u32)],
    /// Without markup and leading symbols.
    pub text: &'d str,
    /// The same in ASCII lower case, byte for byte.
    pub lower: String,
    /// As the document has it, with marks.
    pub words: &'d TextLine,
    /// Which rules it may concern.
    pub cues: Cues,
    /// Its key and value, if it is a line like "Owner: data team".
    pub keyed: Option<(&'d str, &'d str)>,
    /// What kind of line it is.
    pub place: Place,
    /// What it stands under.
    pub around: Surroundings,
}

/// What kind of line a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A heading.
    Heading,
    /// The first line of a list item.
    Item {
        /// It has a checkbox.
        checkbox: bool,
        /// It has a number.
        ordered: bool,
    },
    /// A line of a paragraph.
    Prose,
    /// A line in a block quote.
    Quote,
}

/// A table with its surroundings.
pub(crate) struct TableAt<'d> {
    /// The cells.
    pub table: &'d Table,
    /// The header's words in lower case.
    pub header: Vec<String>,
    /// What it stands under.
    pub around: Surroundings,
}

/// A code block with its surroundings.
pub(crate) struct FenceAt<'d> {
    /// The code.
    pub fence: &'d Fence,
    /// 1-based line of the opening fence.
    pub line: u32,
    /// What it stands under.
    pub around: Surroundings,
}

#[derive(Clone, Copy, Default)]
struct Below {
    first: Option<usize>,
    last: Option<usize>,
    next: Option<usize>,
}

struct Frame {
    end: usize,
    list_lead: Option<usize>,
    current: Option<usize>,
    own: Option<usize>,
    item: Option<Place>,
    ordered: bool,
    quote: bool,
}

impl Statement<'_> {
    /// The 1-based source line on which `part`, a slice of the statement's text, begins.
    pub fn line_of(&self, part: &str) -> u32 {
        let begin = self.words.text.as_ptr() as usize;
        let Some(at) = (part.as_ptr() as usize).checked_sub(begin).filter(|at| *at <= self.words.text.len()) else {
            return self.line;
        };
        self.breaks.iter().rev().find(|(start, _)| *start <= at).map_or(self.line, |(_, line)| *line)
    }

    /// A part of the statement's text in ASCII lower case.
    pub fn lower_of(&self, part: &str) -> &str {
        let at = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        self.lower.get(at..at.saturating_add(part.len())).unwrap_or_default()
    }

    /// The 1-based source line on which byte `at` of the statement's text stands.
    pub fn line_at(&self, at: usize) -> u32 {
        self.line_of(self.text.get(at..).unwrap_or(self.text))
    }
}

impl<'d> Outline<'d> {
    /// From the document; linear in its length.
    pub fn of(document: &'d Document, sentences: &'d Sentences<'d>) -> Outline<'d> {
        let mut outline = Outline {
            statements: Vec::new(),
            tables: Vec::new(),
            fences: Vec::new(),
            elements: Vec::new(),
            sections: sections(document),
            begins: if document.front_matter.is_some() {
                document.blocks.first().map_or(1, |block| block.line)
            } else {
                1
            },
            has_times: Vec::new(),
            below: Vec::new(),
            named: Vec::new(),
        };
        let mut frames = vec![Frame {
            end: document.blocks.len(),
            list_lead: None,
            current: None,
            own: None,
            item: None,
            ordered: false,
            quote: false,
        }];
        for (index, block) in document.blocks.iter().enumerate() {
            while frames.len() > 1 && frames.last().is_some_and(|frame| frame.end <= index) {
                leave(&mut frames, document, index);
            }
            let Some(depth) = frames.len().checked_sub(1) else { continue };
            match &block.kind {
                BlockKind::Heading { text, .. } => {
                    frames[depth].current = None;
                    for line in &text.lines {
                        outline.add(line, &[], Place::Heading, None, block.section);
                    }
                }
                BlockKind::Paragraph(_) => {
                    outline.paragraph(sentences.of_block(index), &mut frames[depth], block.section)
                }
                BlockKind::Item(item) => {
                    let list_lead = frames[depth].current;
                    let place = Place::Item { checkbox: item.checkbox.is_some(), ordered: item.number.is_some() };
                    let quote = frames[depth].quote;
                    frames.push(Frame {
                        end: block.end,
                        list_lead,
                        current: list_lead,
                        own: None,
                        item: Some(place),
                        ordered: item.number.is_some(),
                        quote,
                    });
                }
                BlockKind::Quote { .. } => {
                    let lead = frames[depth].current;
                    frames.push(Frame {
                        end: block.end,
                        list_lead: lead,
                        current: lead,
                        own: None,
                        item: None,
                        ordered: false,
                        quote: true,
                    });
                }
                BlockKind::Table(table) => {
                    let around = outline.around(frames[depth].current, block.section);
                    outline.elements.push(Element::Table(outline.tables.len()));
                    let header = table.header.iter().map(|cell| cell.text.trimmed().to_lowercase()).collect();
                    outline.tables.push(TableAt { table, header, around });
                }
                BlockKind::Fence(fence) => {
                    let around = outline.around(frames[depth].current, block.section);
                    outline.elements.push(Element::Fence(outline.fences.len()));
                    outline.fences.push(FenceAt { fence, line: block.line, around });
                }
                BlockKind::Rule => frames[depth].current = None,
                BlockKind::Html => {}
            }
        }
        outline.has_times = super::schedules::mark_times(&outline.statements, &outline.sections);
        outline
    }

    fn paragraph(&mut self, sentences: &'d [Sentence<'d>], frame: &mut Frame, section: usize) {
        let first = self.statements.len();
        let place = frame.item.take();
        for (nth, sentence) in sentences.iter().enumerate() {
            let (place, lead) = match place {
                Some(place) if nth == 0 => (place, frame.list_lead),
                _ if frame.quote => (Place::Quote, frame.list_lead),
                _ => (Place::Prose, frame.own.or(frame.list_lead)),
            };
            self.add(&sentence.words, &sentence.breaks, place, lead, section);
            if matches!(place, Place::Item { .. }) {
                frame.own = Some(self.statements.len() - 1);
                frame.current = frame.own;
            }
        }
        if place.is_none() && !frame.quote && self.statements.len() > first {
            let last = self.statements.len() - 1;
            frame.current = introduces(&self.statements[last]).then_some(last).or(frame.own);
        }
    }

    fn add(
        &mut self,
        words: &'d TextLine,
        breaks: &'d [(usize, u32)],
        place: Place,
        lead: Option<usize>,
        section: usize,
    ) {
        let text = human(words.text.trim().trim_start_matches(is_decoration));
        let around = if place == Place::Heading { self.above_section(section) } else { self.around(lead, section) };
        let index = self.statements.len();
        self.below.push(Below::default());
        self.named.push(None);
        if let Some(lead) = lead {
            match self.below[lead].last.replace(index) {
                Some(last) => self.below[last].next = Some(index),
                None => self.below[lead].first = Some(index),
            }
        }
        self.elements.push(Element::Statement(self.statements.len()));
        let cues = cues_of(text);
        self.statements.push(Statement {
            index: self.statements.len(),
            line: words.line,
            breaks,
            text,
            lower: text.to_ascii_lowercase(),
            cues,
            keyed: cues.any(Cues::COLON).then(|| key_value(text)).flatten(),
            words,
            place,
            around,
        });
    }

    fn above_section(&self, section: usize) -> Surroundings {
        let above = self.sections.get(section).and_then(|at| at.parent).and_then(|parent| self.sections.get(parent));
        Surroundings {
            lead: None,
            section,
            own: above.map_or(Topics::default(), |a| a.own),
            topics: above.map_or(Topics::default(), |a| a.topics),
            within: above.map_or(Topics::default(), |a| a.within),
        }
    }

    fn around(&mut self, lead: Option<usize>, section: usize) -> Surroundings {
        if let Some(label) = lead.and_then(|at| self.statements.get(at)) {
            let own = match self.named.get(label.index).copied().flatten() {
                Some(named) => named,
                None => topics_of(label_part(&label.lower)),
            };
            let (index, above) = (label.index, label.around);
            if let Some(named) = self.named.get_mut(index) {
                *named = Some(own);
            }
            let topics = if own.is_empty() { above.topics } else { own };
            return Surroundings { lead, section, own, topics, within: above.within | own };
        }
        let at = self.sections.get(section);
        Surroundings {
            lead,
            section,
            own: at.map_or(Topics::default(), |s| s.own),
            topics: at.map_or(Topics::default(), |s| s.topics),
            within: at.map_or(Topics::default(), |s| s.within),
        }
    }

    /// The statements that `lead` introduces, in order.
    pub fn below(&self, lead: usize) -> impl Iterator<Item = &Statement<'d>> {
        let mut next = self.below.get(lead).and_then(|below| below.first);
        std::iter::from_fn(move || {
            let at = next?;
            next = self.below.get(at).and_then(|below| below.next);
            self.statements.get(at)
        })
    }

    /// The statement that introduces something.
    pub fn lead(&self, around: &Surroundings) -> Option<&Statement<'d>> {
        self.statements.get(around.lead?)
    }

    /// The section's heading as written.
    pub fn heading(&self, around: &Surroundings) -> &str {
        self.sections.get(around.section).map_or("", |section| section.heading.as_str())
    }
}

fn leave(frames: &mut Vec<Frame>, document: &Document, next: usize) {
    let Some(left) = frames.pop() else { return };
    let Some(outer) = frames.last_mut() else { return };
    // `1) Title` followed by bullets that are not indented: the numbered line introduces them.
    let bullets = document
        .blocks
        .get(next)
        .is_some_and(|block| matches!(&block.kind, BlockKind::Item(item) if item.number.is_none()));
    if left.ordered && bullets && next < outer.end {
        outer.current = left.current;
    }
}

fn introduces(statement: &Statement<'_>) -> bool {
    statement.text.ends_with(':')
        || statement.words.lead().is_some()
        // Fifteen words take as many bytes, and the spaces between them.
        || statement.text.len() < 29
        || statement.text.split_whitespace().nth(14).is_none()
}

fn is_decoration(c: char) -> bool {
    !(c.is_ascii_alphanumeric()
        || c.is_alphabetic() && !"âœðŸŸ‚ÔÃï".contains(c)
        || matches!(
            c,
            '<' | '>' | '~' | '≥' | '≤' | '$' | '"' | '[' | '{' | '`' | '(' | '/' | '.' | '#' | '@' | '\'' | '+' | '*'
        ))
}
