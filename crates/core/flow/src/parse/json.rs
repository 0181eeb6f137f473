//! A JSON text with templates in it: checked as it is read, kept as it is written.

use super::FlowError;
use super::cursor::Cursor;
use super::text::{Pieces, variable};
use crate::template::Template;

/// How deep lists and objects may lie in one another.
const DEEPEST: usize = 200;

/// One JSON value.
pub(super) fn json(cursor: &mut Cursor) -> Result<Template, FlowError> {
    let mut pieces = Pieces::default();
    value(cursor, &mut pieces, 0)?;
    Ok(pieces.into_template())
}

fn take(cursor: &mut Cursor, pieces: &mut Pieces) {
    if let Some(character) = cursor.next() {
        pieces.push(character);
    }
}

fn white_space(cursor: &mut Cursor, pieces: &mut Pieces) {
    while matches!(cursor.peek(), Some(' ' | '\t' | '\n' | '\r')) {
        take(cursor, pieces);
    }
}

fn value(cursor: &mut Cursor, pieces: &mut Pieces, depth: usize) -> Result<(), FlowError> {
    if depth > DEEPEST {
        return Err(cursor.fault("this JSON is nested too deeply"));
    }
    if let Some((name, at)) = variable(cursor)? {
        pieces.push_variable(name, at);
        return Ok(());
    }
    match cursor.peek() {
        Some('"') => string(cursor, pieces),
        Some('[') => list(cursor, pieces, depth),
        Some('{') => object(cursor, pieces, depth),
        Some('-' | '0'..='9') => number(cursor, pieces),
        _ => match ["true", "false", "null"].into_iter().find(|word| cursor.rest().starts_with(word)) {
            Some(word) => {
                (0..word.len()).for_each(|_| take(cursor, pieces));
                Ok(())
            }
            None => Err(cursor.fault("a JSON value must stand here")),
        },
    }
}

fn list(cursor: &mut Cursor, pieces: &mut Pieces, depth: usize) -> Result<(), FlowError> {
    members(cursor, pieces, ']', |cursor, pieces| value(cursor, pieces, depth + 1))
}

fn object(cursor: &mut Cursor, pieces: &mut Pieces, depth: usize) -> Result<(), FlowError> {
    members(cursor, pieces, '}', |cursor, pieces| {
        if cursor.peek() != Some('"') {
            return Err(cursor.fault("a name in double quotes must stand here"));
        }
        string(cursor, pieces)?;
        white_space(cursor, pieces);
        if cursor.peek() != Some(':') {
            return Err(cursor.fault("a colon must stand here"));
        }
        take(cursor, pieces);
        let after_colon = cursor.clone();
        white_space(cursor, pieces);
        if matches!(cursor.peek(), None | Some('}' | ',')) {
            return Err(after_colon.fault("a JSON value must stand here"));
        }
        value(cursor, pieces, depth + 1)
    })
}

/// What stands between an opening sign and `close`, parted by commas.
fn members(
    cursor: &mut Cursor,
    pieces: &mut Pieces,
    close: char,
    member: impl Fn(&mut Cursor, &mut Pieces) -> Result<(), FlowError>,
) -> Result<(), FlowError> {
    take(cursor, pieces);
    white_space(cursor, pieces);
    let mut is_first = true;
    while cursor.peek() != Some(close) {
        if !is_first {
            let comma = cursor.clone();
            if cursor.peek() != Some(',') {
                return Err(cursor.fault(format!("`,` or `{close}` must stand here")));
            }
            take(cursor, pieces);
            white_space(cursor, pieces);
            if cursor.peek() == Some(close) {
                return Err(comma.fault(format!("this comma has nothing after it but `{close}`: leave it out")));
            }
        }
        is_first = false;
        member(cursor, pieces)?;
        white_space(cursor, pieces);
    }
    take(cursor, pieces);
    Ok(())
}

fn string(cursor: &mut Cursor, pieces: &mut Pieces) -> Result<(), FlowError> {
    take(cursor, pieces);
    loop {
        if let Some((name, at)) = variable(cursor)? {
            pieces.push_variable(name, at);
            continue;
        }
        match cursor.peek() {
            Some('"') => {
                take(cursor, pieces);
                return Ok(());
            }
            Some('\\') => {
                take(cursor, pieces);
                if !matches!(cursor.peek(), Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u')) {
                    return Err(cursor.fault("this escape is not known in JSON"));
                }
                take(cursor, pieces);
            }
            Some('\n') | None => return Err(cursor.fault("a double quote must close this string")),
            Some(_) => take(cursor, pieces),
        }
    }
}

fn number(cursor: &mut Cursor, pieces: &mut Pieces) -> Result<(), FlowError> {
    let begin = cursor.clone();
    let digits = cursor.take_while(|c| c.is_ascii_digit() || "+-.eE".contains(c));
    if serde_json::from_str::<serde_json::Number>(digits).is_err() {
        return Err(begin.fault(format!("`{digits}` is no number")));
    }
    digits.chars().for_each(|character| pieces.push(character));
    Ok(())
}
