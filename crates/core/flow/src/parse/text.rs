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

    pub(super) fn push_str(&mut self, run: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Text(text)) => text.push_str(run),
            _ => self.pieces.push(Piece::Text(run.to_owned())),
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
        let mut end = cursor.clone();
        end.take_while(|c| !"\n\r\t#".contains(c));
        return Err(end.fault(format!("`}}}}` must close the variable `{name}`")));
    }
    Ok(Some((name.to_owned(), at)))
}

/// The character that the escape after `\` means; beside the usual ones, those of `also` stand for themselves.
fn escape(cursor: &mut Cursor, also: &str) -> Result<char, FlowError> {
    cursor.eat("\\");
    let begin = cursor.clone();
    match cursor.next() {
        Some('b') => Ok('\u{8}'),
        Some('f') => Ok('\u{c}'),
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('t') => Ok('\t'),
        Some(same @ ('\\' | '#')) => Ok(same),
        Some(same) if also.contains(same) => Ok(same),
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

/// A lone `{{name}}`, if it is next.
pub(super) fn sole_variable(cursor: &mut Cursor) -> Result<Option<Template>, FlowError> {
    let variable = variable(cursor)?;
    Ok(variable.map(|(name, at)| Template { pieces: vec![Piece::Variable { name, at }] }))
}

/// `"…"`.
pub(super) fn quoted(cursor: &mut Cursor) -> Result<Template, FlowError> {
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
            Some('\\') => pieces.push(escape(cursor, VALUE_ESCAPES)?),
            Some('\n') | None => return Err(cursor.fault("a double quote must close this string on its line")),
            Some(_) => pieces.push_run(cursor, |c| !matches!(c, '"' | '\\' | '\n' | '{')),
        }
    }
}

impl Pieces {
    /// The next character as it is, and those after it while `plain` holds.
    fn push_run(&mut self, cursor: &mut Cursor, plain: impl Fn(char) -> bool) {
        let first = cursor.peek().map_or(0, char::len_utf8);
        let run = cursor.rest();
        let length = run[first..].find(|character| !plain(character)).map_or(run.len(), |at| first + at);
        self.push_str(&run[..length]);
        cursor.advance(length);
    }
}

/// Escapes of values, keys and file names beside those that all know.
const VALUE_ESCAPES: &str = "\"`/";
const KEY_ESCAPES: &str = ":/";
const FILE_ESCAPES: &str = "; {}";

/// Bare text up to a comment, a tab or the line's end; spaces at its end are not part of it.
pub(super) fn bare(cursor: &mut Cursor) -> Result<Template, FlowError> {
    let mut pieces = Pieces::default();
    loop {
        // Spaces count only when something follows.
        let mut ahead = cursor.clone();
        let spaces = ahead.take_while(|c| c == ' ').len();
        if matches!(ahead.peek(), None | Some('\n' | '\r' | '#' | '\t')) {
            return Ok(pieces.into_template());
        }
        *cursor = ahead;
        if spaces > 0 {
            pieces.push_str(&" ".repeat(spaces));
        }
        if let Some((name, at)) = variable(cursor)? {
            pieces.push_variable(name, at);
        } else if cursor.peek() == Some('\\') {
            pieces.push(escape(cursor, VALUE_ESCAPES)?);
        } else {
            pieces.push_run(cursor, |c| !matches!(c, ' ' | '\t' | '\n' | '\r' | '#' | '\\' | '{'));
        }
    }
}

/// The name of a file: up to white space, `;` or a comment.
pub(super) fn file_name(cursor: &mut Cursor) -> Result<Template, FlowError> {
    let begin = cursor.clone();
    let mut pieces = Pieces::default();
    loop {
        if let Some((name, at)) = variable(cursor)? {
            pieces.push_variable(name, at);
            continue;
        }
        match cursor.peek() {
            None | Some('#' | ';' | '{' | '}' | ' ' | '\n' | '\r') => break,
            Some('\\') => pieces.push(escape(cursor, FILE_ESCAPES)?),
            Some(_) => pieces.push_run(cursor, |c| !"#;{} \n\r\\".contains(c)),
        }
    }
    if pieces.is_empty() { Err(begin.fault("the name of a file must stand here")) } else { Ok(pieces.into_template()) }
}

fn is_plain_in_key(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_-.[]@$".contains(character) || character.is_alphanumeric()
}

/// A key: letters, digits and `_-.[]@$`, escapes and variables. Takes the colon and the spaces around it.
pub(super) fn key(cursor: &mut Cursor) -> Result<Template, FlowError> {
    let begin = cursor.clone();
    let mut pieces = Pieces::default();
    loop {
        if let Some((name, at)) = variable(cursor)? {
            pieces.push_variable(name, at);
            continue;
        }
        match cursor.peek() {
            Some('\\') => pieces.push(escape(cursor, KEY_ESCAPES)?),
            Some(c) if is_plain_in_key(c) => pieces.push_run(cursor, is_plain_in_key),
            _ => break,
        }
    }
    if pieces.is_empty() {
        return Err(begin.fault("a name must stand before the colon"));
    }
    cursor.skip_spaces();
    if !cursor.eat(":") {
        return Err(cursor.fault_with_hint("a colon must stand here", "write `name: value`"));
    }
    cursor.skip_spaces();
    Ok(pieces.into_template())
}

/// Text of an address: up to a comment or the line's end.
pub(super) fn address(cursor: &mut Cursor) -> Result<Template, FlowError> {
    let begin = cursor.clone();
    let address = bare(cursor)?;
    if address.pieces.is_empty() {
        return Err(begin.fault_with_hint("an address must stand here", "write `GET http://…`"));
    }
    Ok(address)
}

/// Whether the rest of this line is `key: …`.
pub(super) fn is_key_line(cursor: &Cursor) -> bool {
    if matches!(cursor.peek(), None | Some('[')) {
        return false;
    }
    // Most lines tell without being taken apart: a plain name, then a colon or none.
    let plain = cursor.rest().trim_start_matches(is_plain_in_key);
    match plain.trim_start_matches([' ', '\t']).as_bytes().first() {
        Some(b'\\' | b'{') => key(&mut cursor.clone()).is_ok(),
        Some(b':') => plain.len() < cursor.rest().len(),
        _ => false,
    }
}
