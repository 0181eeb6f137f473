//! Bodies: JSON, XML, strings between backticks, bytes, files.

use base64::Engine as _;

use super::FlowError;
use super::cursor::Cursor;
use super::text::{Pieces, bare, variable};
use crate::model::Body;
use crate::template::Template;

/// The body that follows, or `None` when the next thing is a request, a response or the end.
pub(super) fn body(cursor: &mut Cursor) -> Result<Option<Body>, FlowError> {
    let mut ahead = cursor.clone();
    ahead.skip_blank_lines();
    ahead.skip_spaces();
    let body = match ahead.peek() {
        None => return Ok(None),
        Some('{' | '[' | '"' | '-' | '0'..='9') => Body::Json(json(&mut ahead)?),
        Some('t' | 'f' | 'n') if ["true", "false", "null"].contains(&ahead.peek_word()) => {
            Body::Json(json(&mut ahead)?)
        }
        Some('<') => Body::Xml(xml(&mut ahead)?),
        Some(_) => match marked(&mut ahead)? {
            Some(body) => body,
            None => return Ok(None),
        },
    };
    ahead.need_line_end()?;
    *cursor = ahead;
    Ok(Some(body))
}

/// A body that its first characters mark: backticks, `base64,`, `hex,`, `file,`.
pub(super) fn marked(cursor: &mut Cursor) -> Result<Option<Body>, FlowError> {
    let rest = cursor.rest();
    Ok(Some(if rest.starts_with("```") {
        fenced(cursor)?
    } else if rest.starts_with('`') {
        Body::OneLine(one_line(cursor)?)
    } else if rest.starts_with("base64,") {
        base64(cursor)?
    } else if rest.starts_with("hex,") {
        hexadecimal(cursor)?
    } else if rest.starts_with("file,") {
        Body::File(file(cursor)?)
    } else {
        return Ok(None);
    }))
}

/// `file,PATH;`.
pub(super) fn file(cursor: &mut Cursor) -> Result<Template, FlowError> {
    cursor.eat("file,");
    cursor.skip_spaces();
    let path = bare(cursor, ";")?;
    if path.pieces.is_empty() || !cursor.eat(";") {
        return Err(cursor.fault("write `file,PATH;`"));
    }
    Ok(path)
}

fn marked_bytes<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, FlowError> {
    let begin = cursor.clone();
    cursor.take_while(|c| c != ',');
    cursor.eat(",");
    let inner = cursor.take_while(|c| c != ';');
    if cursor.eat(";") { Ok(inner) } else { Err(begin.fault("`;` must end these bytes")) }
}

fn base64(cursor: &mut Cursor) -> Result<Body, FlowError> {
    let begin = cursor.clone();
    let text: String = marked_bytes(cursor)?.split_whitespace().collect();
    let lenient = base64::engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent);
    let engine = base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, lenient);
    engine.decode(text).map(Body::Bytes).map_err(|_| begin.fault("this is no base64"))
}

fn hexadecimal(cursor: &mut Cursor) -> Result<Body, FlowError> {
    let begin = cursor.clone();
    let text: String = marked_bytes(cursor)?.split_whitespace().collect();
    hex::decode(text).map(Body::Bytes).map_err(|_| begin.fault("these are no hexadecimal digits in pairs"))
}

fn one_line(cursor: &mut Cursor) -> Result<Template, FlowError> {
    let begin = cursor.clone();
    cursor.eat("`");
    let mut pieces = Pieces::default();
    loop {
        if let Some((name, at)) = variable(cursor)? {
            pieces.push_variable(name, at);
            continue;
        }
        match cursor.next() {
            Some('`') => return Ok(pieces.into_template()),
            Some('\n') | None => return Err(begin.fault("this string has no closing backtick on its line")),
            Some(character) => pieces.push(character),
        }
    }
}

/// ```` ```language,attributes ````, text, ```` ``` ````. `novariable` keeps `{{…}}` as it stands.
fn fenced(cursor: &mut Cursor) -> Result<Body, FlowError> {
    let begin = cursor.clone();
    cursor.eat("```");
    let head = cursor.take_while(|c| c != '\n' && c != '`').trim().to_owned();
    let mut attributes = head.split(',').map(str::trim);
    let language = attributes.next().unwrap_or_default().to_owned();
    let plain = attributes.any(|attribute| attribute == "novariable") || language == "novariable";
    if cursor.peek() == Some('`') {
        cursor.eat("```");
        return Ok(Body::Text { language: String::new(), text: Template::text(head) });
    }
    cursor.eat("\n");
    let mut pieces = Pieces::default();
    while !cursor.eat("```") {
        if !plain && let Some((name, at)) = variable(cursor)? {
            pieces.push_variable(name, at);
            continue;
        }
        match cursor.next() {
            Some(character) => pieces.push(character),
            None => return Err(begin.fault("this text has no closing ```")),
        }
    }
    Ok(Body::Text { language, text: pieces.into_template() })
}

/// One JSON value with templates in it, kept as written. Its grammar is proved when it is filled in.
fn json(cursor: &mut Cursor) -> Result<Template, FlowError> {
    let begin = cursor.clone();
    let mut pieces = Pieces::default();
    let mut depth = 0usize;
    loop {
        if let Some((name, at)) = variable(cursor)? {
            pieces.push_variable(name, at);
        } else {
            match cursor.peek() {
                Some('"') => json_string(cursor, &mut pieces)?,
                Some(open @ ('{' | '[')) => {
                    depth += 1;
                    cursor.next();
                    pieces.push(open);
                }
                Some(close @ ('}' | ']')) => {
                    let Some(less) = depth.checked_sub(1) else {
                        return Err(cursor.fault(format!("`{close}` closes nothing")));
                    };
                    depth = less;
                    cursor.next();
                    pieces.push(close);
                }
                Some('\n' | '\r' | ' ' | '\t' | '#') if depth == 0 => break,
                Some(other) => {
                    cursor.next();
                    pieces.push(other);
                }
                None if depth == 0 => break,
                None => return Err(begin.fault("this JSON is not closed")),
            }
        }
        let ended = matches!(cursor.peek(), None | Some('\n' | '\r' | ' ' | '\t' | '#'));
        if depth == 0 && ended && !pieces.is_empty() {
            break;
        }
    }
    Ok(pieces.into_template())
}

fn json_string(cursor: &mut Cursor, pieces: &mut Pieces) -> Result<(), FlowError> {
    let begin = cursor.clone();
    cursor.next();
    pieces.push('"');
    loop {
        if let Some((name, at)) = variable(cursor)? {
            pieces.push_variable(name, at);
            continue;
        }
        match cursor.next() {
            Some('"') => {
                pieces.push('"');
                return Ok(());
            }
            Some('\\') => {
                pieces.push('\\');
                if let Some(escaped) = cursor.next() {
                    pieces.push(escaped);
                }
            }
            Some('\n') | None => return Err(begin.fault("this JSON string has no closing quote on its line")),
            Some(character) => pieces.push(character),
        }
    }
}

/// One XML document: up to the end tag that closes its first element.
fn xml(cursor: &mut Cursor) -> Result<Template, FlowError> {
    let begin = cursor.clone();
    let mut pieces = Pieces::default();
    let mut depth = 0i64;
    loop {
        if cursor.rest().starts_with('<') {
            let tag_end = cursor.rest().find('>').ok_or_else(|| begin.fault("this XML is not closed"))?;
            let tag = &cursor.rest()[..=tag_end];
            let is_aside = tag.starts_with("<?") || tag.starts_with("<!");
            depth += match (is_aside, tag.starts_with("</"), tag.ends_with("/>")) {
                (true, _, _) | (_, _, true) => 0,
                (_, true, _) => -1,
                _ => 1,
            };
            tag.chars().for_each(|character| pieces.push(character));
            cursor.advance(tag_end + 1);
            if depth <= 0 && !is_aside {
                return Ok(pieces.into_template());
            }
        } else {
            match cursor.next() {
                Some(character) => pieces.push(character),
                None => return Err(begin.fault("this XML is not closed")),
            }
        }
    }
}
