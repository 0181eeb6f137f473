//! Strings with templates: quoted, bare values, keys, addresses, file names.

use super::FlowError;
use super::cursor::Cursor;
use crate::model::Place;
use crate::template::{Piece, Template};

/// Collects pieces, joining neighbouring text.
#[derive(Default)]
pub(super) struct Pieces {
    pieces: Vec<Piece>,
}

impl Pieces {
    pub(super) fn push(&mut self, character: char) {
        match self.pieces.last_mut() {
            Some(Piece::Text(text)) => text.push(character),
            _ => self.pieces.push(Piece::Text(character.to_string())),
        }
    }

    pub(super) fn push_variable(&mut self, name: String, at: Place) {
        self.pieces.push(Piece::Variable { name, at });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub(super) fn into_template(self) -> Template {
        Template { pieces: self.pieces }
    }

    /// Without white space at its end.
    fn into_trimmed(mut self) -> Template {
        if let Some(Piece::Text(text)) = self.pieces.last_mut() {
            text.truncate(text.trim_end().len());
            if text.is_empty() {
                self.pieces.pop();
            }
        }
        self.into_template()
    }
}

/// `{{name}}`, if it is next.
pub(super) fn variable(cursor: &mut Cursor) -> Result<Option<(String, Place)>, FlowError> {
    if !cursor.rest().starts_with("{{") {
        return Ok(None);
    }
    let at = cursor.place();
    cursor.eat("{{");
    cursor.skip_spaces();
    let name = cursor.peek_word();
    if name.is_empty() {
        return Err(cursor.fault_with_hint("a variable's name must stand after `{{`", "write `{{name}}`"));
    }
    cursor.advance(name.len());
    cursor.skip_spaces();
    if !cursor.eat("}}") {
        return Err(cursor.fault(format!("`}}}}` must close the variable `{name}`")));
    }
    Ok(Some((name.to_owned(), at)))
}

/// The character that the escape after `\` means.
fn escape(cursor: &mut Cursor) -> Result<char, FlowError> {
    let begin = cursor.clone();
    cursor.eat("\\");
    match cursor.next() {
        Some('b') => Ok('\u{8}'),
        Some('f') => Ok('\u{c}'),
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('t') => Ok('\t'),
        Some(same @ ('"' | '\\' | '#' | '/' | ':' | '`' | '{')) => Ok(same),
        Some('u') if cursor.eat("{") => {
            let digits = cursor.take_while(|c| c.is_ascii_hexdigit());
            let character = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
            match character {
                Some(character) if cursor.eat("}") => Ok(character),
                _ => Err(begin.fault("`\\u{…}` must hold the hexadecimal number of a character")),
            }
        }
        _ => {
            let hint = "known are \\\" \\\\ \\b \\f \\n \\r \\t \\# and \\u{…}; write `\\\\` for a backslash";
            Err(begin.fault_with_hint("this escape is not known", hint))
        }
    }
}

/// `"…"`.
pub(super) fn quoted(cursor: &mut Cursor) -> Result<Template, FlowError> {
    let begin = cursor.clone();
    if !cursor.eat("\"") {
        return Err(cursor.fault("a string in double quotes must stand here"));
    }
    let mut pieces = Pieces::default();
    loop {
        if let Some((name, at)) = variable(cursor)? {
            pieces.push_variable(name, at);
            continue;
        }
        match cursor.peek() {
            Some('"') => {
                cursor.next();
                return Ok(pieces.into_template());
            }
            Some('\\') => pieces.push(escape(cursor)?),
            Some('\n') | None => return Err(begin.fault("this string has no closing quote on its line")),
            Some(_) => pieces.push_next(cursor),
        }
    }
}

impl Pieces {
    fn push_next(&mut self, cursor: &mut Cursor) {
        if let Some(character) = cursor.next() {
            self.push(character);
        }
    }
}

/// Bare text up to a comment, the line's end, or a character of `ends`; white space at its end is not part of it.
pub(super) fn bare(cursor: &mut Cursor, ends: &str) -> Result<Template, FlowError> {
    let mut pieces = Pieces::default();
    loop {
        if let Some((name, at)) = variable(cursor)? {
            pieces.push_variable(name, at);
            continue;
        }
        match cursor.peek() {
            None | Some('\n' | '#') => break,
            Some('\r') if cursor.rest().starts_with("\r\n") => break,
            Some(end) if ends.contains(end) => break,
            Some('\\') => pieces.push(escape(cursor)?),
            Some(_) => pieces.push_next(cursor),
        }
    }
    Ok(pieces.into_trimmed())
}

/// A key: bare text without spaces before its colon. Takes the colon and the spaces after it.
pub(super) fn key(cursor: &mut Cursor) -> Result<Template, FlowError> {
    let begin = cursor.clone();
    let key = bare(cursor, ":")?;
    if key.pieces.is_empty() {
        return Err(begin.fault("a name must stand before the colon"));
    }
    if !cursor.eat(":") {
        return Err(cursor.fault_with_hint("a colon must stand here", "write `name: value`"));
    }
    cursor.skip_spaces();
    Ok(key)
}

/// Text of an address: up to white space or a comment.
pub(super) fn address(cursor: &mut Cursor) -> Result<Template, FlowError> {
    let begin = cursor.clone();
    let address = bare(cursor, " \t")?;
    if address.pieces.is_empty() {
        return Err(begin.fault_with_hint("an address must stand here", "write `GET http://…`"));
    }
    Ok(address)
}

/// Whether the rest of this line is `key: …`.
pub(super) fn is_key_line(cursor: &Cursor) -> bool {
    let mut ahead = cursor.clone();
    let first = ahead.peek();
    if !first.is_some_and(|c| c.is_alphanumeric() || "_-{$@.".contains(c)) {
        return false;
    }
    if first == Some('{') && !ahead.rest().starts_with("{{") {
        return false;
    }
    let plain_name = |template: &Template| {
        template.pieces.iter().all(|piece| match piece {
            Piece::Text(text) => !text.contains(['{', '}', '"', '`', ' ', ',']),
            Piece::Variable { .. } => true,
        })
    };
    key(&mut ahead).is_ok_and(|key| plain_name(&key))
}
