//! Blanks out what wraps Markdown without being Markdown: directives, `<details>`, comments and layout tags.
//!
//! The masked text has the same length, byte for byte, so every offset in it is an offset of the raw file; what the
//! wrappers hold is then read as ordinary blocks.

use callsheet_diag::{SourceText, Span};

use super::Document;
use crate::words::trim;

/// A wrapper around blocks.
#[derive(Clone, Debug)]
pub struct Aside {
    /// What it is.
    pub kind: AsideKind,
    /// Directive name (`note`, `warning`) or `details`.
    pub name: String,
    /// The directive's title or the `<summary>`'s words.
    pub title: String,
    /// From its opening to its closing line.
    pub span: Span,
    /// 1-based.
    pub line: u32,
}

/// Kinds of wrapper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsideKind {
    /// Note, warning, tip, … : advice beside the procedure.
    Admonition,
    /// Folded content that belongs to the procedure.
    Details,
}

/// The result of masking.
pub(super) struct Masked {
    pub(super) text: String,
    pub(super) asides: Vec<Aside>,
    pub(super) comments: Vec<Span>,
    pub(super) anchors: Vec<String>,
}

const ADMONITIONS: [&str; 20] = [
    "note",
    "warning",
    "tip",
    "important",
    "caution",
    "danger",
    "seealso",
    "admonition",
    "hint",
    "attention",
    "error",
    "info",
    "success",
    "question",
    "quote",
    "example",
    "abstract",
    "bug",
    "failure",
    "todo",
];
const FOLDS: [&str; 8] = ["dropdown", "details", "toggle", "tab-set", "tab-item", "tabs", "tab", "steps"];
const LAYOUT_TAGS: [&str; 14] =
    ["details", "summary", "div", "p", "section", "center", "br", "hr", "a", "span", "article", "main", "aside", "img"];

/// Masks the part of the text from byte `body` on.
pub(super) fn mask(source: &SourceText, body: usize) -> Masked {
    let mut masker = Masker {
        source,
        bytes: source.text().as_bytes()[body..].to_vec(),
        body,
        out: Masked { text: String::new(), asides: Vec::new(), comments: Vec::new(), anchors: Vec::new() },
        open: Vec::new(),
        code: None,
        items: Vec::new(),
        after_directive: false,
        comment_end: 0,
        comments_close: true,
    };
    let first = source.line_of(body);
    for line in first..=source.line_count() {
        masker.line(line);
    }
    let end = source.text().len();
    for (aside, _) in masker.open.drain(..) {
        masker.out.asides[aside].span.end = end;
    }
    let bytes = std::mem::take(&mut masker.bytes);
    masker.out.text = match String::from_utf8(bytes) {
        Ok(text) => text,
        // Only whole ASCII-delimited stretches are blanked, so this cannot be; the unmasked text is right all the same.
        Err(_) => source.text()[body..].to_owned(),
    };
    masker.out
}

/// How an open wrapper ends.
#[derive(PartialEq)]
enum Closing {
    Fence(u8, usize),
    Tag,
}

struct Masker<'a> {
    source: &'a SourceText,
    bytes: Vec<u8>,
    body: usize,
    out: Masked,
    open: Vec<(usize, Closing)>,
    code: Option<(u8, usize)>,
    /// The columns where the content of the open list items begins: four more make indented code.
    items: Vec<usize>,
    after_directive: bool,
    comment_end: usize,
    comments_close: bool,
}

impl Masker<'_> {
    fn line(&mut self, line: u32) {
        let mut span = self.source.line_span(line);
        span.start = span.start.max(self.body);
        if span.end <= self.comment_end || span.start >= span.end {
            return;
        }
        let text = self.source.slice(span);
        let trimmed = trim(text);
        let run = fence_run(trimmed);
        if let Some((byte, length)) = self.code {
            if run.is_some_and(|(b, l)| b == byte && l >= length && trimmed.len() == l) {
                self.code = None;
            }
            return;
        }
        let within = self.items_around(text);
        if let Some((byte, length)) = run.filter(|(byte, _)| *byte == b':' || within < INDENTED) {
            return self.fence_line(span, line, trimmed, byte, length);
        }
        if self.after_directive && trimmed.starts_with(':') && trimmed[1..].contains(':') {
            return self.blank(span);
        }
        self.after_directive = false;
        if memchr::memchr(b'<', text.as_bytes()).is_some() {
            self.comments(span);
            self.tags(span, line);
        }
    }

    /// How many columns the line is indented within the list items that it belongs to.
    fn items_around(&mut self, text: &str) -> usize {
        let content = text.trim_start_matches([' ', '\t']);
        let column = column_after(&text[..text.len() - content.len()], 0);
        if trim(content).is_empty() {
            return 0;
        }
        while self.items.last().is_some_and(|&own| column < own) {
            self.items.pop();
        }
        let own = self.items.last().copied().unwrap_or_default();
        let marker = marker_len(content);
        if marker > 0 && column < own + INDENTED {
            let after = &content[marker..];
            let gap = after.len() - after.trim_start_matches([' ', '\t']).len();
            let begins = column_after(&after[..gap], column + marker);
            // More than four spaces behind a marker belong to the content.
            self.items.push(if begins - column - marker > INDENTED { column + marker + 1 } else { begins });
        }
        column - own
    }

    fn fence_line(&mut self, span: Span, line: u32, trimmed: &str, byte: u8, length: usize) {
        let info = trimmed[length..].trim();
        let closes = |closing: &Closing| matches!(closing, Closing::Fence(b, l) if *b == byte && *l <= length);
        if info.is_empty() && self.open.last().is_some_and(|(_, closing)| closes(closing)) {
            if let Some((aside, _)) = self.open.pop() {
                self.out.asides[aside].span.end = span.end;
            }
            return self.blank(span);
        }
        let name: String = info
            .trim_start_matches(['{', ' '])
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '-' || *c == '_')
            .collect::<String>()
            .to_lowercase();
        let braced = info.starts_with('{');
        let known = ADMONITIONS.contains(&name.as_str());
        let fold = FOLDS.contains(&name.as_str());
        if byte == b':' && (!info.is_empty() || known) || braced && (known || fold) {
            let title = info.split_once('}').map_or("", |(_, title)| title.trim()).to_owned();
            let kind = if known { AsideKind::Admonition } else { AsideKind::Details };
            self.out.asides.push(Aside { kind, name, title, span, line });
            self.open.push((self.out.asides.len() - 1, Closing::Fence(byte, length)));
            self.after_directive = true;
            return self.blank(span);
        }
        if byte == b':' {
            return self.blank(span);
        }
        if byte != b'`' || !info.contains('`') {
            self.code = Some((byte, length));
        }
    }

    /// Blanks the comments that begin on this line, wherever they end.
    fn comments(&mut self, span: Span) {
        let mut from = span.start.max(self.comment_end);
        while self.comments_close && from < span.end {
            let Some(found) = self.source.text()[from..span.end].find("<!--") else {
                return;
            };
            let start = from + found;
            if start > 0 && self.source.text().as_bytes()[start - 1] == b'`' {
                from = start + 4;
                continue;
            }
            let Some(length) = memchr::memmem::find(&self.source.text().as_bytes()[start + 4..], b"-->") else {
                self.comments_close = false;
                return;
            };
            let comment = Span::new(start, start + 4 + length + 3);
            self.out.comments.push(comment);
            self.blank(comment);
            self.comment_end = comment.end;
            from = comment.end;
        }
    }

    /// Blanks a line that holds layout tags and nothing else but a summary.
    fn tags(&mut self, span: Span, line: u32) {
        let text = self.source.slice(span);
        let indent = text.len() - text.trim_start().len();
        if indent >= 4 && self.open.is_empty() || text.contains("<!--") || !text.trim_start().starts_with('<') {
            return;
        }
        let Some(tags) = layout_tags(text.trim()) else {
            return;
        };
        for tag in &tags.names {
            match tag.as_str() {
                "details" => {
                    let (kind, name) = (AsideKind::Details, "details".to_owned());
                    self.out.asides.push(Aside { kind, name, title: tags.words.clone(), span, line });
                    self.open.push((self.out.asides.len() - 1, Closing::Tag));
                }
                "/details" => {
                    if self.open.last().is_some_and(|(_, closing)| *closing == Closing::Tag)
                        && let Some((aside, _)) = self.open.pop()
                    {
                        self.out.asides[aside].span.end = span.end;
                    }
                }
                "summary" => {
                    if let Some((aside, _)) = self.open.last() {
                        self.out.asides[*aside].title = tags.words.clone();
                    }
                }
                _ => {}
            }
        }
        let words_are_summary = tags.names.iter().any(|name| name.ends_with("summary"));
        self.out.anchors.extend(tags.anchors);
        if tags.words.is_empty() || words_are_summary {
            self.blank(span);
        }
    }

    fn blank(&mut self, span: Span) {
        for byte in &mut self.bytes[span.start - self.body..span.end - self.body] {
            if *byte != b'\n' && *byte != b'\r' {
                *byte = b' ';
            }
        }
    }
}

/// So many columns of indentation make code.
const INDENTED: usize = 4;

/// The column behind white space that begins in a column; a tab goes on to the next multiple of four.
fn column_after(space: &str, column: usize) -> usize {
    space.bytes().fold(column, |column, byte| if byte == b'\t' { column / 4 * 4 + 4 } else { column + 1 })
}

/// How many bytes a list item's marker takes; 0 if the text begins with none.
fn marker_len(content: &str) -> usize {
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    let sign = content.as_bytes().get(digits);
    let marks = match sign {
        Some(b'-' | b'*' | b'+') => digits == 0,
        Some(b'.' | b')') => (1..=9).contains(&digits),
        _ => false,
    };
    let ends = content.as_bytes().get(digits + 1).is_none_or(|byte| matches!(byte, b' ' | b'\t'));
    if marks && ends { digits + 1 } else { 0 }
}

/// The fence character and how often it stands at the start, if that makes a fence.
fn fence_run(trimmed: &str) -> Option<(u8, usize)> {
    let first = *trimmed.as_bytes().first()?;
    if !matches!(first, b'`' | b'~' | b':') {
        return None;
    }
    let length = trimmed.bytes().take_while(|byte| *byte == first).count();
    (length >= 3).then_some((first, length))
}

#[derive(Default)]
struct Tags {
    names: Vec<String>,
    anchors: Vec<String>,
    words: String,
}

/// The tags of a line, if all are layout tags.
fn layout_tags(text: &str) -> Option<Tags> {
    let mut tags = Tags::default();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        tags.words.push_str(&rest[..start]);
        let end = rest[start..].find('>')? + start;
        let inner = rest[start + 1..end].trim_end_matches('/');
        let name: String =
            inner.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect::<String>().to_lowercase();
        if !LAYOUT_TAGS.contains(&name.trim_start_matches('/'))
            && !matches!(name.trim_start_matches('/'), "b" | "strong" | "h1" | "h2" | "h3" | "em" | "i" | "code")
        {
            return None;
        }
        for key in ["id=", "name="] {
            if let Some((_, value)) = inner.split_once(key) {
                let value = value.trim_start_matches(['"', '\'']);
                let value = value.split(['"', '\'', ' ']).next().unwrap_or_default();
                tags.anchors.push(value.to_owned());
            }
        }
        tags.names.push(name);
        rest = &rest[end + 1..];
    }
    tags.words.push_str(rest);
    tags.words = tags.words.trim().to_owned();
    (!tags.names.is_empty()).then_some(tags)
}

/// Fills every block's `aside`.
pub(super) fn assign(document: &mut Document) {
    let mut open: Vec<usize> = Vec::new();
    let mut next = 0;
    for block in &mut document.blocks {
        while next < document.asides.len() && document.asides[next].span.start <= block.span.start {
            open.push(next);
            next += 1;
        }
        while open.last().is_some_and(|&aside| document.asides[aside].span.end <= block.span.start) {
            open.pop();
        }
        block.aside = open.last().copied();
    }
}
