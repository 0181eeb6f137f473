//! Method, address, headers and sections of a request.

use super::FlowError;
use super::cursor::Cursor;
use super::{body, options, text};
use crate::model::{Pair, Part, PartContent, Request};

const METHODS: &str = "CONNECT DELETE GET HEAD LINK LOCK COPY MOVE OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT REPORT SEARCH TRACE UNLINK UNLOCK VIEW";

pub(super) fn request(cursor: &mut Cursor) -> Result<Request, FlowError> {
    cursor.skip_spaces();
    let at = cursor.place();
    let word = cursor.clone().take_while(|c| c.is_ascii_alphabetic());
    if word.is_empty() || word != word.to_ascii_uppercase() {
        let hint = format!("a request begins with a method and an address; methods are {METHODS}");
        return Err(cursor.fault_with_hint("a request must begin here", hint));
    }
    let method = word.to_owned();
    cursor.advance(method.len());
    cursor.need_space("the address")?;
    let url = text::address(cursor)?;
    cursor.need_line_end()?;
    let mut request = Request {
        at,
        method,
        url,
        headers: pairs(cursor)?,
        query: Vec::new(),
        form: None,
        multipart: None,
        cookies: Vec::new(),
        basic_auth: None,
        options: Vec::new(),
        body: None,
    };
    let mut seen = Vec::new();
    while let Some(name) = section_name(cursor) {
        once(cursor, name, &mut seen)?;
        section(cursor, name, &mut request)?;
    }
    request.body = body::body(cursor)?;
    Ok(request)
}

/// A section may stand once, under either of its names.
pub(super) fn once<'a>(cursor: &Cursor, name: &'a str, seen: &mut Vec<&'a str>) -> Result<(), FlowError> {
    let name = match name {
        "QueryStringParams" => "Query",
        "FormParams" => "Form",
        "MultipartFormData" => "Multipart",
        other => other,
    };
    if seen.contains(&name) {
        let mut at = cursor.clone();
        at.skip_blank_lines();
        at.skip_spaces();
        return Err(at.fault_with_hint(format!("the section [{name}] stands here twice"), "join the two"));
    }
    seen.push(name);
    Ok(())
}

/// The name in `[Name]` when such a line is next. A JSON list that stands as body is none.
pub(super) fn section_name<'a>(cursor: &Cursor<'a>) -> Option<&'a str> {
    let mut ahead = cursor.clone();
    ahead.skip_blank_lines();
    ahead.skip_spaces();
    let (name, _) = ahead.rest().strip_prefix('[')?.split_once(']')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
    (is_name && !matches!(name, "true" | "false" | "null")).then_some(name)
}

/// Where the next section's name begins.
pub(super) fn in_section_name<'a>(cursor: &Cursor<'a>) -> Cursor<'a> {
    let mut ahead = cursor.clone();
    ahead.skip_blank_lines();
    ahead.skip_spaces();
    ahead.eat("[");
    ahead
}

/// Goes over the `[Name]` line.
pub(super) fn take_section_name(cursor: &mut Cursor) -> Result<(), FlowError> {
    cursor.skip_blank_lines();
    cursor.skip_spaces();
    cursor.take_while(|c| c != ']');
    cursor.eat("]");
    cursor.need_line_end()
}

fn section(cursor: &mut Cursor, name: &str, request: &mut Request) -> Result<(), FlowError> {
    let begin = in_section_name(cursor);
    take_section_name(cursor)?;
    match name {
        "Query" | "QueryStringParams" => request.query.extend(pairs(cursor)?),
        "Form" | "FormParams" => request.form.get_or_insert_default().extend(pairs(cursor)?),
        "Cookies" => request.cookies.extend(pairs(cursor)?),
        "BasicAuth" => request.basic_auth = pairs(cursor)?.into_iter().next(),
        "Multipart" | "MultipartFormData" => request.multipart.get_or_insert_default().extend(parts(cursor)?),
        "Options" => request.options.extend(options::options(cursor)?),
        "Captures" | "Asserts" => {
            let hint = "write a response line, such as `HTTP 200`, above it";
            return Err(begin.fault_with_hint(format!("[{name}] belongs to a response"), hint));
        }
        _ => {
            let hint = "a request has [Query], [Form], [Multipart], [Cookies], [BasicAuth] and [Options]";
            return Err(begin.fault_with_hint(format!("the section [{name}] is not known"), hint));
        }
    }
    Ok(())
}

/// `name: value` lines.
pub(super) fn pairs(cursor: &mut Cursor) -> Result<Vec<Pair>, FlowError> {
    let mut pairs = Vec::new();
    while next_key_line(cursor) {
        let name = text::key(cursor)?;
        let value = text::bare(cursor)?;
        cursor.need_line_end()?;
        pairs.push(Pair { name, value });
    }
    Ok(pairs)
}

/// Moves to the next line that is not blank if it is a `name: …` line.
pub(super) fn next_key_line(cursor: &mut Cursor) -> bool {
    let mut ahead = cursor.clone();
    ahead.skip_blank_lines();
    ahead.skip_spaces();
    let is_key_line = text::is_key_line(&ahead);
    if is_key_line {
        *cursor = ahead;
    }
    is_key_line
}

fn parts(cursor: &mut Cursor) -> Result<Vec<Part>, FlowError> {
    let mut parts = Vec::new();
    while next_key_line(cursor) {
        let name = text::key(cursor)?;
        let content = if cursor.rest().starts_with("file,") {
            let path = body::file(cursor)?;
            cursor.skip_spaces();
            let media_type = text::bare(cursor)?;
            let media_type = (!media_type.pieces.is_empty()).then_some(media_type);
            PartContent::File { path, media_type }
        } else {
            PartContent::Text(text::bare(cursor)?)
        };
        cursor.need_line_end()?;
        parts.push(Part { name, content });
    }
    Ok(parts)
}
