//! Bodies: JSON, XML, strings between backticks, bytes, files.

use base64::Engine as _;

use super::FlowError;
use super::cursor::Cursor;
use super::json::json;
use super::text::{Pieces, file_name, variable};
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
    let path = file_name(cursor)?;
    cursor.skip_spaces();
    if !cursor.eat(";") {
        return Err(cursor.fault("write `file,PATH;`"));
    }
    Ok(path)
}

fn base64(cursor: &mut Cursor) -> Result<Body, FlowError> {
    cursor.eat("base64,");
    let text = cursor.take_while(|c| c.is_ascii_alphanumeric() || "+/= \t\r\n".contains(c));
    let text: String = text.split_whitespace().collect();
    if !cursor.eat(";") {
        return Err(cursor.fault("`;` must end this base64"));
    }
    let lenient = base64::engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent);
    let engine = base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, lenient);
    engine.decode(text).map(Body::Bytes).map_err(|_| cursor.fault("what stands here is no base64"))
}

fn hexadecimal(cursor: &mut Cursor) -> Result<Body, FlowError> {
    cursor.eat("hex,");
    cursor.skip_spaces();
    let digits = cursor.take_while(|c| c.is_ascii_hexdigit());
    let bytes = hex::decode(digits).map_err(|_| cursor.fault("hexadecimal digits come in pairs"))?;
    cursor.skip_spaces();
    if !cursor.eat(";") {
        return Err(cursor.fault("`;` must end these hexadecimal digits"));
    }
    Ok(Body::Bytes(bytes))
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

/// ```` ```language ````, text, ```` ``` ````. In `raw` text, `{{…}}` is text as well.
fn fenced(cursor: &mut Cursor) -> Result<Body, FlowError> {
    cursor.eat("```");
    let head = cursor.clone();
    let language = cursor.take_while(|c| c != '\n' && c != '`').trim().trim_end_matches(',').to_owned();
    if !matches!(language.as_str(), "" | "json" | "xml" | "graphql" | "raw") {
        let hint = "known are json, xml, graphql and raw; write text of one line between single backticks";
        return Err(head.fault_with_hint(format!("`{language}` is no language of a text"), hint));
    }
    if !cursor.eat("\n") {
        return Err(cursor.fault("the text must begin on the next line"));
    }
    let mut pieces = Pieces::default();
    while !cursor.eat("```") {
        if language != "raw"
            && let Some((name, at)) = variable(cursor)?
        {
            pieces.push_variable(name, at);
            continue;
        }
        match cursor.next() {
            Some(character) => pieces.push(character),
            None => return Err(cursor.fault("``` must end this text")),
        }
    }
    Ok(Body::Text { language, text: pieces.into_template() })
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
