//! What part of the response is meant.

use super::FlowError;
use super::cursor::Cursor;
use super::text;
use crate::model::{CookieAttribute, Foreign, Query};
use crate::template::{Piece, Template};

const NAMES: &[&str] = &[
    "body",
    "bytes",
    "certificate",
    "cookie",
    "duration",
    "header",
    "ip",
    "jsonpath",
    "md5",
    "rawbytes",
    "redirects",
    "regex",
    "sha256",
    "status",
    "url",
    "variable",
    "version",
    "xpath",
];

/// Whether a query's name is next.
pub(super) fn begins(cursor: &Cursor) -> bool {
    cursor.peek().is_some_and(|c| c.is_ascii_lowercase())
}

pub(super) fn query(cursor: &mut Cursor) -> Result<Query, FlowError> {
    let begin = cursor.clone();
    let name = cursor.peek_word();
    cursor.advance(name.len());
    Ok(match name {
        "status" => Query::Status,
        "version" => Query::Version,
        "url" => Query::Url,
        "redirects" => Query::Redirects,
        "ip" => Query::Ip,
        "body" => Query::Body,
        "bytes" => Query::Bytes,
        "rawbytes" => Query::RawBytes,
        "duration" => Query::Duration,
        "sha256" => Query::Sha256,
        "md5" => Query::Md5,
        "header" => Query::Header(argument(cursor)?),
        "cookie" => cookie(cursor)?,
        "jsonpath" => Query::JsonPath(argument(cursor)?),
        "regex" => Query::Regex(pattern(cursor)?),
        "variable" => Query::Variable(argument(cursor)?),
        "xpath" | "certificate" => Query::Foreign(foreign(cursor, &begin, name)?),
        _ => {
            let hint = format!("known are {}", NAMES.join(", "));
            return Err(begin.fault_with_hint(format!("`{name}` is no part of a response"), hint));
        }
    })
}

/// Something for the `hurl` program, with its quoted argument.
pub(super) fn foreign(cursor: &mut Cursor, begin: &Cursor, name: &str) -> Result<Foreign, FlowError> {
    Ok(Foreign { at: begin.place(), name: name.to_owned(), argument: argument(cursor)? })
}

/// A space and `"name"` or `"name[Attribute]"`.
fn cookie(cursor: &mut Cursor) -> Result<Query, FlowError> {
    cursor.need_space("the cookie's name")?;
    let begin = cursor.clone();
    let mut name = text::quoted(cursor)?;
    let Some(Piece::Text(last)) = name.pieces.last_mut() else {
        return Ok(Query::Cookie(name, CookieAttribute::Value));
    };
    let Some((front, rest)) = last.split_once('[') else { return Ok(Query::Cookie(name, CookieAttribute::Value)) };
    let attribute = rest.strip_suffix(']').unwrap_or(rest).trim();
    let known = match attribute.to_ascii_lowercase().as_str() {
        "value" => CookieAttribute::Value,
        "expires" => CookieAttribute::Expires,
        "max-age" => CookieAttribute::MaxAge,
        "domain" => CookieAttribute::Domain,
        "path" => CookieAttribute::Path,
        "secure" => CookieAttribute::Secure,
        "httponly" => CookieAttribute::HttpOnly,
        "samesite" => CookieAttribute::SameSite,
        _ => {
            let mut at = begin;
            at.take_while(|c| c != '[');
            at.eat("[");
            let hint = "known are Value, Expires, Max-Age, Domain, Path, Secure, HttpOnly and SameSite";
            return Err(at.fault_with_hint(format!("`{attribute}` is no attribute of a cookie"), hint));
        }
    };
    *last = front.to_owned();
    Ok(Query::Cookie(name, known))
}

/// A space and a quoted string.
pub(super) fn argument(cursor: &mut Cursor) -> Result<Template, FlowError> {
    cursor.need_space("the argument")?;
    text::quoted(cursor)
}

/// A space and a regular expression: quoted, or between slashes where `\/` is a slash.
pub(super) fn pattern(cursor: &mut Cursor) -> Result<Template, FlowError> {
    cursor.need_space("the regular expression")?;
    if cursor.peek() != Some('/') {
        return text::quoted(cursor);
    }
    cursor.next();
    let begin = cursor.clone();
    let mut pattern = String::new();
    loop {
        match cursor.next() {
            Some('/') => {
                return match regex::Regex::new(&pattern) {
                    Ok(_) => Ok(Template::text(pattern)),
                    Err(error) => {
                        let last = error.to_string().lines().last().unwrap_or_default().to_owned();
                        Err(begin.fault(format!("this is no regular expression: {last}")))
                    }
                };
            }
            Some('\\') if cursor.peek() == Some('/') => {
                cursor.next();
                pattern.push('/');
            }
            Some('\n') | None => return Err(begin.fault("this regular expression has no closing `/` on its line")),
            Some(character) => pattern.push(character),
        }
    }
}
