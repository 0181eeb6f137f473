//! From pulldown-cmark's events to blocks.

use std::sync::OnceLock;

use callsheet_diag::{SourceText, Span};
use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::text::TextBuilder;
use super::{Block, BlockKind, Cell, CodeLine, Document, Fence, Item, MarkKind, Table, Text};

/// Reads the masked text, which stands at byte `body` of the raw file.
pub(super) fn build(source: &SourceText, masked: &str, body: usize) -> Document {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM;
    let mut builder = Builder {
        source,
        blocks: Vec::with_capacity(source.line_count() as usize),
        open: Vec::new(),
        lists: Vec::new(),
        list_count: 0,
        near: std::cell::Cell::new(1),
        words: TextBuilder::default(),
        reads: None,
    };
    for (event, range) in Parser::new_ext(masked, options).into_offset_iter() {
        // What was blanked out may have held characters of several bytes: a place inside one is that character's.
        let place = |at: usize| source.text().floor_char_boundary(at + body);
        let span = Span { start: place(range.start), end: place(range.end.max(range.start)) };
        builder.event(event, span);
    }
    builder.flush();
    let count = builder.blocks.len();
    while let Some(open) = builder.open.pop() {
        builder.blocks[open].end = count;
    }
    Document { blocks: builder.blocks, ..Document::default() }
}

struct Builder<'a> {
    source: &'a SourceText,
    blocks: Vec<Block>,
    /// Containers and leaves that have begun and not ended.
    open: Vec<usize>,
    lists: Vec<usize>,
    list_count: usize,
    /// The line last asked for: events come nearly in order.
    near: std::cell::Cell<u32>,
    /// Words of the paragraph, heading or cell being read.
    words: TextBuilder,
    /// Whether words are read; `true` if a tight item opened them without a paragraph.
    reads: Option<bool>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Start(tag) => self.start(tag, span),
            Event::End(tag) => self.end(tag, span),
            Event::Text(words) => self.text(&words, span),
            Event::Code(words) => self.words().code(&words, span),
            Event::InlineHtml(html) => self.inline_html(&html, span),
            Event::Html(_) => {}
            Event::SoftBreak | Event::HardBreak => self.words().end_line(),
            Event::Rule => {
                self.flush();
                self.leaf(BlockKind::Rule, span);
            }
            Event::TaskListMarker(checked) => self.check(checked),
            Event::InlineMath(words) | Event::DisplayMath(words) | Event::FootnoteReference(words) => {
                self.words().push(&words, span);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, span: Span) {
        match tag {
            Tag::Strong => self.words().open(MarkKind::Strong, span.start),
            Tag::Emphasis => self.words().open(MarkKind::Emphasis, span.start),
            Tag::Strikethrough => self.words().open(MarkKind::Strike, span.start),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.words().open(MarkKind::Link { target: dest_url.to_string() }, span.start);
            }
            Tag::Paragraph => {
                self.flush();
                self.begin(BlockKind::Paragraph(Text::default()), span);
                self.begin_words();
            }
            Tag::Heading { level, .. } => {
                self.flush();
                self.begin(BlockKind::Heading { level: level_number(level), text: Text::default() }, span);
                self.begin_words();
            }
            Tag::List(_) => {
                self.flush();
                self.list_count += 1;
                self.lists.push(self.list_count);
            }
            Tag::Item => {
                let item = self.item(span);
                self.begin(BlockKind::Item(item), span);
            }
            Tag::BlockQuote(kind) => {
                self.flush();
                self.begin(BlockKind::Quote { alert: kind.map(alert_name) }, span);
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                let fence = self.fence(&kind, span);
                self.begin(BlockKind::Fence(fence), span);
            }
            Tag::HtmlBlock => {
                self.flush();
                self.begin(BlockKind::Html, span);
            }
            Tag::Table(_) => {
                self.flush();
                self.begin(BlockKind::Table(Table::default()), span);
            }
            Tag::TableRow => {
                if let Some(table) = self.table() {
                    table.rows.push(Vec::new());
                }
            }
            Tag::TableCell => self.begin_words(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, span: Span) {
        match tag {
            TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => {
                self.words().close(span.end);
            }
            TagEnd::Paragraph | TagEnd::Heading(_) => {
                let text = self.take_text();
                if let Some(open) = self.open.pop() {
                    match &mut self.blocks[open].kind {
                        BlockKind::Paragraph(words) | BlockKind::Heading { text: words, .. } => *words = text,
                        _ => {}
                    }
                    self.blocks[open].end = self.blocks.len();
                }
            }
            TagEnd::Item | TagEnd::BlockQuote(_) | TagEnd::HtmlBlock | TagEnd::Table => {
                self.flush();
                self.finish();
            }
            TagEnd::CodeBlock => self.finish(),
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::TableCell => {
                let text = self.take_text();
                let cell = Cell { text, span, line: self.line_of(span.start) };
                if let Some(table) = self.table() {
                    match table.rows.last_mut() {
                        Some(row) => row.push(cell),
                        None => table.header.push(cell),
                    }
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, words: &str, span: Span) {
        if let Some(&open) = self.open.last()
            && let BlockKind::Fence(_) = self.blocks[open].kind
        {
            return self.code_text(open, span);
        }
        if let Some(&open) = self.open.last()
            && matches!(self.blocks[open].kind, BlockKind::Html)
        {
            return;
        }
        self.words().push(words, span);
    }

    /// The raw text under a code event, cut into lines; consecutive events may share a line.
    fn code_text(&mut self, block: usize, span: Span) {
        let source = self.source;
        let text = source.slice(span);
        let mut at = span.start;
        for piece in text.split_inclusive('\n') {
            let content = piece.trim_end_matches(['\n', '\r']);
            let line_span = Span::new(at, at + content.len());
            let line = self.line_of(at);
            at += piece.len();
            if let BlockKind::Fence(fence) = &mut self.blocks[block].kind {
                match fence.lines.last_mut() {
                    Some(last) if last.line == line => {
                        last.span.end = last.span.end.max(line_span.end);
                        let whole = source.slice(last.span).trim_end_matches(['\n', '\r']);
                        last.span.end = last.span.start + whole.len();
                        last.text = whole.to_owned();
                    }
                    _ => fence.lines.push(CodeLine { text: content.to_owned(), span: line_span, line }),
                }
            }
        }
    }

    fn inline_html(&mut self, html: &str, span: Span) {
        let name: String = html
            .trim_start_matches(['<', '/'])
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase();
        let rest = &html.trim_start_matches(['<', '/'])[name.len()..];
        let plain_tag = rest.starts_with(['>', ' ', '/']);
        match name.as_str() {
            "br" => self.words().end_line(),
            _ if plain_tag && HTML_TAGS.contains(&name.as_str()) => {}
            _ if html.starts_with("<!--") => {}
            // `<service-id>` is no tag but a placeholder.
            _ => self.words().push(html, span),
        }
    }

    fn item(&self, span: Span) -> Item {
        let text = self.source.slice(span).trim_start();
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number = text[..digits].parse().ok();
        let marker = text[digits..].chars().next().unwrap_or('-');
        let list = self.lists.last().copied().unwrap_or_default();
        Item { number, marker, checkbox: None, depth: self.lists.len() as u16, list }
    }

    fn fence(&self, kind: &CodeBlockKind<'_>, span: Span) -> Fence {
        let raw = self.source.slice(span);
        match kind {
            CodeBlockKind::Indented => Fence {
                info: String::new(),
                info_span: Span::new(span.start, span.start),
                indented: true,
                closed: true,
                lines: Vec::new(),
                judged: OnceLock::new(),
                attributes: OnceLock::new(),
            },
            CodeBlockKind::Fenced(_) => {
                let first = raw.lines().next().unwrap_or_default();
                let mark = first.chars().next().unwrap_or('`');
                let ticks = first.len() - first.trim_start_matches(mark).len();
                let info = first[ticks..].trim();
                let start = span.start + ticks + (first[ticks..].len() - first[ticks..].trim_start().len());
                let last = raw.trim_end().rsplit(['\n', '\r']).next().unwrap_or_default();
                let last = last.trim_start_matches([' ', '\t', '>']);
                let closing = last.len() - last.trim_start_matches(mark).len();
                let closed =
                    closing >= ticks && closing == last.trim_end().len() && raw.trim_end().contains(['\n', '\r']);
                Fence {
                    info: info.to_owned(),
                    info_span: Span::new(start, start + info.len()),
                    indented: false,
                    closed,
                    lines: Vec::new(),
                    judged: OnceLock::new(),
                    attributes: OnceLock::new(),
                }
            }
        }
    }

    fn check(&mut self, checked: bool) {
        for &open in self.open.iter().rev() {
            if let BlockKind::Item(item) = &mut self.blocks[open].kind {
                item.checkbox = Some(checked);
                return;
            }
        }
    }

    fn table(&mut self) -> Option<&mut Table> {
        let open = *self.open.last()?;
        match &mut self.blocks[open].kind {
            BlockKind::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The words being read; in a tight item they open a paragraph of their own.
    fn words(&mut self) -> &mut TextBuilder {
        self.reads.get_or_insert(true);
        &mut self.words
    }

    /// Words follow that have an end of their own; those of a block without one are given up.
    fn begin_words(&mut self) {
        if self.reads.replace(false).is_some() {
            self.text_read();
        }
    }

    fn take_text(&mut self) -> Text {
        self.reads = None;
        self.text_read()
    }

    fn text_read(&mut self) -> Text {
        let (source, near) = (self.source, &self.near);
        self.words.take(|offset| line_of(source, near, offset))
    }

    /// Ends the paragraph of a tight item.
    fn flush(&mut self) {
        let opened = self.reads.take();
        if opened.is_none() {
            return;
        }
        let text = self.text_read();
        if opened == Some(false) {
            return;
        }
        if let (Some(first), Some(last)) = (text.lines.first(), text.lines.last()) {
            let span = first.span.cover(last.span);
            self.leaf(BlockKind::Paragraph(text), span);
        }
    }

    fn line_of(&self, offset: usize) -> u32 {
        line_of(self.source, &self.near, offset)
    }

    fn leaf(&mut self, kind: BlockKind, span: Span) {
        self.begin(kind, span);
        self.finish();
    }

    fn begin(&mut self, kind: BlockKind, span: Span) {
        let parent = self.open.last().copied();
        let line = self.line_of(span.start);
        self.blocks.push(Block { kind, span, line, parent, section: 0, aside: None, end: self.blocks.len() + 1 });
        self.open.push(self.blocks.len() - 1);
    }

    fn finish(&mut self) {
        if let Some(open) = self.open.pop() {
            self.blocks[open].end = self.blocks.len();
        }
    }
}

/// The line of a byte, looked for where the last one was found.
fn line_of(source: &SourceText, near: &std::cell::Cell<u32>, offset: usize) -> u32 {
    let line = source.line_of_near(offset, near.get());
    near.set(line);
    line
}

const HTML_TAGS: [&str; 32] = [
    "a", "b", "i", "u", "s", "em", "strong", "code", "kbd", "sub", "sup", "span", "div", "p", "img", "small", "big",
    "del", "ins", "mark", "font", "center", "details", "summary", "table", "tr", "td", "th", "ul", "ol", "li", "pre",
];

fn level_number(level: HeadingLevel) -> u8 {
    level as u8
}

fn alert_name(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "note",
        BlockQuoteKind::Tip => "tip",
        BlockQuoteKind::Important => "important",
        BlockQuoteKind::Warning => "warning",
        BlockQuoteKind::Caution => "caution",
    }
}
