//! Version, status, headers, captures, asserts and body that a response must have.

use super::FlowError;
use super::cursor::Cursor;
use super::{body, filter, predicate, query, request, text};
use crate::model::{Assert, Capture, HttpVersion, Pair, Place, ResponseSpec};

/// Whether a response's first line is next.
pub(super) fn begins(cursor: &Cursor) -> bool {
    let mut ahead = cursor.clone();
    ahead.skip_spaces();
    ahead.rest().starts_with("HTTP")
}

pub(super) fn response(cursor: &mut Cursor) -> Result<ResponseSpec, FlowError> {
    cursor.skip_spaces();
    let at = cursor.place();
    let version = version(cursor)?;
    let status = status(cursor)?;
    cursor.need_line_end()?;
    let headers = headers(cursor)?;
    let mut spec = ResponseSpec { at, version, status, headers, captures: Vec::new(), asserts: Vec::new(), body: None };
    let mut seen = Vec::new();
    while let Some(name) = request::section_name(cursor) {
        request::once(cursor, name, &mut seen)?;
        section(cursor, name, &mut spec)?;
    }
    let mut ahead = cursor.clone();
    ahead.skip_blank_lines();
    let body_at = ahead.place();
    spec.body = body::body(cursor)?.map(|body| (body_at, body));
    Ok(spec)
}

fn version(cursor: &mut Cursor) -> Result<HttpVersion, FlowError> {
    let begin = cursor.clone();
    let word = cursor.take_while(|c| !c.is_whitespace());
    match word {
        "HTTP" => Ok(HttpVersion::Any),
        "HTTP/1.0" => Ok(HttpVersion::Http10),
        "HTTP/1.1" => Ok(HttpVersion::Http11),
        "HTTP/2" => Ok(HttpVersion::Http2),
        "HTTP/3" => Ok(HttpVersion::Http3),
        _ => {
            let hint = "write HTTP, HTTP/1.0, HTTP/1.1, HTTP/2 or HTTP/3";
            Err(begin.fault_with_hint(format!("`{word}` is no version of HTTP"), hint))
        }
    }
}

fn status(cursor: &mut Cursor) -> Result<Option<u16>, FlowError> {
    cursor.need_space("the status")?;
    if cursor.eat("*") {
        return Ok(None);
    }
    let begin = cursor.clone();
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    match digits.parse() {
        Ok(status) => Ok(Some(status)),
        Err(_) => Err(begin.fault("a status (`200`) or `*` must stand here")),
    }
}

fn headers(cursor: &mut Cursor) -> Result<Vec<(Place, Pair)>, FlowError> {
    let mut headers = Vec::new();
    while request::next_key_line(cursor) {
        let at = cursor.place();
        let name = text::key(cursor)?;
        let value = text::bare(cursor)?;
        cursor.need_line_end()?;
        headers.push((at, Pair { name, value }));
    }
    Ok(headers)
}

fn section(cursor: &mut Cursor, name: &str, spec: &mut ResponseSpec) -> Result<(), FlowError> {
    let begin = request::in_section_name(cursor);
    request::take_section_name(cursor)?;
    match name {
        "Captures" => spec.captures.extend(captures(cursor)?),
        "Asserts" => spec.asserts.extend(asserts(cursor)?),
        _ => {
            let hint = "a response has [Captures] and [Asserts]; other sections stand above the response line";
            return Err(begin.fault_with_hint(format!("the section [{name}] does not belong to a response"), hint));
        }
    }
    Ok(())
}

fn captures(cursor: &mut Cursor) -> Result<Vec<Capture>, FlowError> {
    let mut captures = Vec::new();
    while request::next_key_line(cursor) {
        let at = cursor.place();
        let name = text::key(cursor)?;
        let query = query::query(cursor)?;
        let filters = filter::filters(cursor)?;
        cursor.skip_spaces();
        let redact = cursor.peek_word() == "redact" && cursor.eat("redact");
        cursor.need_line_end()?;
        captures.push(Capture { at, name, query, filters, redact });
    }
    captures.shrink_to_fit();
    Ok(captures)
}

fn asserts(cursor: &mut Cursor) -> Result<Vec<Assert>, FlowError> {
    let mut asserts = Vec::new();
    loop {
        let mut ahead = cursor.clone();
        ahead.skip_blank_lines();
        ahead.skip_spaces();
        if !query::begins(&ahead) {
            // A long flow keeps thousands of these.
            asserts.shrink_to_fit();
            return Ok(asserts);
        }
        *cursor = ahead;
        asserts.push(assert(cursor)?);
    }
}

fn assert(cursor: &mut Cursor) -> Result<Assert, FlowError> {
    let at = cursor.place();
    let begin = cursor.rest();
    let query = query::query(cursor)?;
    let filters = filter::filters(cursor)?;
    cursor.need_space("the predicate")?;
    let negated = cursor.peek_word() == "not" && cursor.eat("not");
    if negated {
        cursor.need_space("the predicate")?;
    }
    let predicate = predicate::predicate(cursor)?;
    let text = begin[..begin.len() - cursor.rest().len()].trim_end().to_owned();
    cursor.need_line_end()?;
    Ok(Assert { at, text, query, filters, negated, predicate })
}
