//! Words without markup, line by line, with marks for code, emphasis and links.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut, Range};

use callsheet_diag::Span;

use crate::words::trim;

/// The words of a heading, paragraph or cell.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// Line by line as in the source; never empty lines, except that a block without words has no line at all.
    pub lines: Lines,
}

/// The lines of a text. Most texts have one, which needs no room of its own.
#[derive(Clone, Debug, Default)]
pub enum Lines {
    /// No words at all.
    #[default]
    None,
    /// One line.
    One(TextLine),
    /// Several.
    Many(Vec<TextLine>),
}

impl Lines {
    /// All of them, in order.
    pub fn as_slice(&self) -> &[TextLine] {
        match self {
            Lines::None => &[],
            Lines::One(line) => std::slice::from_ref(line),
            Lines::Many(lines) => lines,
        }
    }

    /// All of them, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [TextLine] {
        match self {
            Lines::None => &mut [],
            Lines::One(line) => std::slice::from_mut(line),
            Lines::Many(lines) => lines,
        }
    }

    /// Adds a line at the end.
    pub fn push(&mut self, line: TextLine) {
        *self = match std::mem::take(self) {
            Lines::None => Lines::One(line),
            Lines::One(first) => Lines::Many(vec![first, line]),
            Lines::Many(mut lines) => {
                lines.push(line);
                Lines::Many(lines)
            }
        }
    }
}

impl Deref for Lines {
    type Target = [TextLine];

    fn deref(&self) -> &[TextLine] {
        self.as_slice()
    }
}

impl DerefMut for Lines {
    fn deref_mut(&mut self) -> &mut [TextLine] {
        self.as_mut_slice()
    }
}

impl<'t> IntoIterator for &'t Lines {
    type Item = &'t TextLine;
    type IntoIter = std::slice::Iter<'t, TextLine>;

    fn into_iter(self) -> Self::IntoIter {
        self.as_slice().iter()
    }
}

/// One source line of words.
#[derive(Clone, Debug, Default)]
pub struct TextLine {
    /// Without markup.
    pub text: String,
    /// In the raw file, from the first to the last thing on the line.
    pub span: Span,
    /// 1-based.
    pub line: u32,
    /// By start.
    pub marks: Vec<Mark>,
}

/// A stretch of words that had markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which markup.
    pub kind: MarkKind,
    /// Bytes of [`TextLine::text`].
    pub range: Range<usize>,
    /// Bytes of the raw file, markup included.
    pub span: Span,
}

/// Markup within a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// `` `code` ``
    Code,
    /// `**strong**`
    Strong,
    /// `*emphasis*`
    Emphasis,
    /// `~~struck~~`
    Strike,
    /// `[words](target)`, `<https://…>`
    Link {
        /// Where it goes.
        target: String,
    },
}

impl Text {
    /// All words on one line.
    pub fn plain(&self) -> Cow<'_, str> {
        match self.lines.as_slice() {
            [] => Cow::Borrowed(""),
            [line] => Cow::Borrowed(&line.text),
            lines => Cow::Owned(lines.iter().map(|line| line.text.trim()).collect::<Vec<_>>().join(" ")),
        }
    }

    /// All words on one line, without space around them.
    pub fn trimmed(&self) -> Cow<'_, str> {
        match self.plain() {
            Cow::Borrowed(words) => Cow::Borrowed(trim(words)),
            Cow::Owned(words) => Cow::Owned(words.trim().to_owned()),
        }
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// All marks of all lines.
    pub fn marks(&self) -> impl Iterator<Item = (&TextLine, &Mark)> {
        self.lines.iter().flat_map(|line| line.marks.iter().map(move |mark| (line, mark)))
    }
}

impl TextLine {
    /// The words under a mark.
    pub fn marked(&self, mark: &Mark) -> &str {
        &self.text[mark.range.clone()]
    }

    /// The inline code on this line, in order.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.marks.iter().filter(|mark| mark.kind == MarkKind::Code).map(|mark| &self.text[mark.range.clone()])
    }

    /// Where the links on this line go, in order.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.marks.iter().filter_map(|mark| match &mark.kind {
            MarkKind::Link { target } => Some(target.as_str()),
            _ => None,
        })
    }

    /// The strong or emphasised words with which the line begins ("**Fix:** …"), without the colon, and where the rest begins.
    pub fn lead(&self) -> Option<(&str, usize)> {
        let start = self.text.len() - self.text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '`').len();
        let mark = self.marks.iter().find(|mark| {
            matches!(mark.kind, MarkKind::Strong | MarkKind::Emphasis)
                && mark.range.start <= start
                && mark.range.end > start
        })?;
        let words = self.marked(mark).trim();
        let mut rest = mark.range.end;
        let after = &self.text[rest..];
        rest += after.len() - after.trim_start_matches([':', ' ']).len();
        Some((words.trim_end_matches([':', ' ']), rest))
    }
}

/// Collects the inline events of one block.
#[derive(Default)]
pub(super) struct TextBuilder {
    text: Text,
    line: TextLine,
    open: Vec<(MarkKind, usize, usize)>,
    dirty: bool,
}

impl TextBuilder {
    /// Ready for the next block: all but the room for words is left behind.
    pub(super) fn take(&mut self, line_of: impl Fn(usize) -> u32) -> Text {
        self.end_line();
        self.open.clear();
        let mut text = std::mem::take(&mut self.text);
        for line in text.lines.as_mut_slice() {
            line.line = line_of(line.span.start);
        }
        text
    }
}

impl TextBuilder {
    pub(super) fn push(&mut self, words: &str, span: Span) {
        if !self.dirty {
            self.dirty = true;
            self.line.span = span;
        }
        self.line.span.end = self.line.span.end.max(span.end);
        self.line.text.push_str(words);
    }

    pub(super) fn code(&mut self, words: &str, span: Span) {
        let start = self.line.text.len();
        self.push(words, span);
        self.line.marks.push(Mark { kind: MarkKind::Code, range: start..self.line.text.len(), span });
    }

    pub(super) fn open(&mut self, kind: MarkKind, at: usize) {
        if !self.dirty {
            self.dirty = true;
            self.line.span = Span::new(at, at);
        }
        self.open.push((kind, self.line.text.len(), at));
    }

    pub(super) fn close(&mut self, end: usize) {
        if let Some((kind, start, at)) = self.open.pop() {
            self.line.span.end = self.line.span.end.max(end);
            self.mark(kind, start, Span::new(at, end.max(at)));
        }
    }

    fn mark(&mut self, kind: MarkKind, start: usize, span: Span) {
        if start < self.line.text.len() {
            self.line.marks.push(Mark { kind, range: start..self.line.text.len(), span });
        }
    }

    /// Ends the source line; marks that go on are cut in two.
    pub(super) fn end_line(&mut self) {
        if !self.dirty {
            return;
        }
        let end = self.line.span.end;
        for index in 0..self.open.len() {
            let (kind, start, at) = self.open[index].clone();
            self.mark(kind, start, Span::new(at, end.max(at)));
            self.open[index].1 = 0;
            self.open[index].2 = end;
        }
        self.line.marks.sort_by_key(|mark| mark.range.start);
        self.dirty = false;
        if !trim(&self.line.text).is_empty() {
            let marks = self.line.marks.drain(..).collect();
            self.text.lines.push(TextLine { text: self.line.text.clone(), span: self.line.span, line: 0, marks });
        }
        self.line.text.clear();
        self.line.marks.clear();
    }
}
