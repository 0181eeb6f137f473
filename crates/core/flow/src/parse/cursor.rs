//! Characters with their places; white space, comments and line ends.

use super::FlowError;
use crate::model::Place;

/// Reads a text from front to back. Cheap to clone, which is how a parser looks ahead.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
    at: Place,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Cursor<'a> {
        Cursor { rest: text.trim_start_matches('\u{feff}'), at: Place { line: 1, column: 1 } }
    }

    pub(super) fn place(&self) -> Place {
        self.at
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    pub(super) fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.rest = &self.rest[character.len_utf8()..];
        if character == '\n' {
            self.at = Place { line: self.at.line + 1, column: 1 };
        } else {
            self.at.column += 1;
        }
        Some(character)
    }

    /// Goes over `prefix` if it is next.
    pub(super) fn eat(&mut self, prefix: &str) -> bool {
        let found = self.rest.starts_with(prefix);
        if found {
            self.advance(prefix.len());
        }
        found
    }

    /// Goes over `bytes` bytes, which must end at a character's end.
    pub(super) fn advance(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        let last_line = match taken.rfind('\n') {
            Some(end) => {
                self.at.line += count(taken.bytes().filter(|byte| *byte == b'\n'));
                self.at.column = 1;
                &taken[end + 1..]
            }
            None => taken,
        };
        self.at.column += count(last_line.chars());
    }

    /// Takes characters while `wanted` holds.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let length = self.rest.find(|character| !wanted(character)).unwrap_or(self.rest.len());
        let taken = &self.rest[..length];
        self.advance(length);
        taken
    }

    /// The next word of letters, digits, `-` and `_`, not taken.
    pub(super) fn peek_word(&self) -> &'a str {
        let length =
            self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c))).unwrap_or(self.rest.len());
        &self.rest[..length]
    }

    pub(super) fn skip_spaces(&mut self) {
        let spaces = self.rest.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.advance(spaces);
    }

    /// Spaces, then at least one was there.
    pub(super) fn need_space(&mut self, before: &str) -> Result<(), FlowError> {
        if !matches!(self.peek(), Some(' ' | '\t')) {
            return Err(self.fault(format!("a space must stand before {before}")));
        }
        self.skip_spaces();
        Ok(())
    }

    /// Skips empty lines and lines with only a comment.
    pub(super) fn skip_blank_lines(&mut self) {
        loop {
            let mut ahead = self.clone();
            ahead.skip_spaces();
            match ahead.peek() {
                Some('#') => {
                    ahead.take_while(|c| c != '\n');
                }
                Some('\n' | '\r') => {}
                None => {
                    *self = ahead;
                    return;
                }
                Some(_) => return,
            }
            if !ahead.line_end() && !ahead.at_end() {
                return;
            }
            *self = ahead;
        }
    }

    fn line_end(&mut self) -> bool {
        self.eat("\r\n") || self.eat("\n")
    }

    /// The end of a line: spaces, a comment perhaps, and the line end or the end of the text.
    pub(super) fn need_line_end(&mut self) -> Result<(), FlowError> {
        self.skip_spaces();
        if self.peek() == Some('#') {
            self.take_while(|c| c != '\n');
        }
        if self.at_end() || self.line_end() {
            return Ok(());
        }
        let found: String = self.rest.chars().take_while(|c| !c.is_whitespace()).take(20).collect();
        Err(self.fault(format!("`{found}` stands where the line should end")))
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> FlowError {
        FlowError { at: self.at, message: message.into(), hint: None, unsupported: false }
    }

    pub(super) fn fault_with_hint(&self, message: impl Into<String>, hint: impl Into<String>) -> FlowError {
        FlowError { at: self.at, message: message.into(), hint: Some(hint.into()), unsupported: false }
    }
}

fn count(of: impl Iterator) -> u32 {
    u32::try_from(of.count()).unwrap_or(u32::MAX)
}
