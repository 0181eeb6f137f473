//! A file's text with the index that turns byte offsets into lines and columns.

use serde::{Deserialize, Serialize};

/// A half-open range of bytes in the raw file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// From `start` to `end`; `end` may not be before `start`.
    pub fn new(start: usize, end: usize) -> Span {
        debug_assert!(start <= end);
        Span { start, end }
    }

    /// The smallest span that holds both.
    pub fn cover(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A place as people count it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// 1-based line in the raw file.
    pub line: u32,
    /// 1-based column in characters.
    pub column: u32,
}

/// A file's text as read (UTF-8; what was not is replaced), with an index of its lines.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// The file as the user named it.
    pub file: String,
    text: String,
    line_starts: Vec<usize>,
    /// Whether bytes that are not UTF-8 were replaced by U+FFFD.
    pub was_lossy: bool,
}

impl SourceText {
    /// From raw bytes: UTF-16 with a byte-order mark is converted, other bytes that are no UTF-8 become U+FFFD.
    /// A UTF-8 byte-order mark stays in the text (offsets are of the raw file); the reader skips it.
    pub fn from_bytes(file: impl Into<String>, bytes: &[u8]) -> SourceText {
        let utf16 = |decode: fn([u8; 2]) -> u16| {
            let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| decode([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        };
        let (text, was_lossy) = if bytes.starts_with(&[0xFF, 0xFE]) {
            (utf16(u16::from_le_bytes), true)
        } else if bytes.starts_with(&[0xFE, 0xFF]) {
            (utf16(u16::from_be_bytes), true)
        } else {
            match std::str::from_utf8(bytes) {
                Ok(text) => (text.to_owned(), false),
                Err(_) => (String::from_utf8_lossy(bytes).into_owned(), true),
            }
        };
        let mut source = SourceText::new(file, text);
        source.was_lossy = was_lossy;
        source
    }

    /// From text.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> SourceText {
        let text = text.into();
        let mut line_starts = vec![0];
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            // Nearly all bytes are greater than both.
            if *byte > b'\r' {
                continue;
            }
            let ends_line = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends_line {
                line_starts.push(at + 1);
            }
        }
        SourceText { file: file.into(), text, line_starts, was_lossy: false }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many lines; a final line end does not begin another.
    pub fn line_count(&self) -> u32 {
        let lines = self.line_starts.len();
        (if self.line_starts.last() == Some(&self.text.len()) { lines - 1 } else { lines }) as u32
    }

    /// The 1-based line that holds byte `offset`.
    pub fn line_of(&self, offset: usize) -> u32 {
        self.line_starts.partition_point(|&start| start <= offset) as u32
    }

    /// The same, found quickly when it is line `near` or one of the next few: for places that come in order.
    pub fn line_of_near(&self, offset: usize, near: u32) -> u32 {
        const FEW: u32 = 6;
        let begins = |line: u32| self.line_starts.get(line as usize - 1).copied();
        let near = near.max(1);
        if begins(near).is_none_or(|start| start > offset) {
            return self.line_of(offset);
        }
        (near..near + FEW)
            .find(|line| begins(line + 1).is_none_or(|next| next > offset))
            .unwrap_or_else(|| self.line_of(offset))
    }

    /// Line and column of byte `offset`.
    pub fn position(&self, offset: usize) -> Position {
        let line = self.line_of(offset);
        let start = self.line_starts[line as usize - 1];
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        Position { line, column: self.text[start..end].chars().count() as u32 + 1 }
    }

    /// The span of 1-based `line` without its line end. Empty past the last line.
    pub fn line_span(&self, line: u32) -> Span {
        let Some(&start) = self.line_starts.get((line as usize).saturating_sub(1)) else {
            return Span { start: self.text.len(), end: self.text.len() };
        };
        let end = self.line_starts.get(line as usize).copied().unwrap_or(self.text.len());
        let trimmed = self.text[start..end].trim_end_matches(['\n', '\r']);
        Span { start, end: start + trimmed.len() }
    }

    /// The text of 1-based `line` without its line end.
    pub fn line(&self, line: u32) -> &str {
        self.slice(self.line_span(line))
    }

    /// The text of a span; a character that the span cuts belongs to it whole.
    pub fn slice(&self, span: Span) -> &str {
        let start = self.text.floor_char_boundary(span.start);
        &self.text[start..self.text.ceil_char_boundary(span.end).max(start)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_of_the_raw_file() {
        let source = SourceText::new("a.md", "é1\r\nzwei\rdrei\n");
        assert_eq!(source.line_count(), 3);
        assert_eq!(source.line(2), "zwei");
        assert_eq!(source.position(2), Position { line: 1, column: 2 });
        assert_eq!(source.position(5), Position { line: 2, column: 1 });
        assert_eq!(source.line_of(source.text().len()), 4);
        for offset in 0..=source.text().len() {
            for near in 0..6 {
                assert_eq!(source.line_of_near(offset, near), source.line_of(offset), "{offset} from {near}");
            }
        }
    }

    #[test]
    fn broken_encodings_are_read_all_the_same() {
        let source = SourceText::from_bytes("b.md", b"a\xffb\n");
        assert!(source.was_lossy);
        assert_eq!(source.line(1), "a\u{fffd}b");
        let wide = SourceText::from_bytes("c.md", &[0xFF, 0xFE, b'h', 0, b'i', 0]);
        assert_eq!(wide.text(), "hi");
    }
}
