//! What part of the response is meant.

use super::FlowError;
use super::cursor::Cursor;
use super::text;
use crate::model::Query;
use crate::template::Template;

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
        "cookie" => Query::Cookie(argument(cursor)?),
        "jsonpath" => Query::JsonPath(argument(cursor)?),
        "regex" => Query::Regex(pattern(cursor)?),
        "variable" => Query::Variable(argument(cursor)?),
        "xpath" | "certificate" => {
            let hint = "run this step with an installed `hurl`: name the fence `bash` and call it there";
            return Err(begin.fault_with_hint(format!("`{name}` is not supported"), hint));
        }
        _ => {
            let hint = format!("known are {}", NAMES.join(", "));
            return Err(begin.fault_with_hint(format!("`{name}` is no part of a response"), hint));
        }
    })
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
    let begin = cursor.clone();
    cursor.next();
    let mut pattern = String::new();
    loop {
        match cursor.next() {
            Some('/') => return Ok(Template::text(pattern)),
            Some('\\') if cursor.peek() == Some('/') => {
                cursor.next();
                pattern.push('/');
            }
            Some('\n') | None => return Err(begin.fault("this regular expression has no closing `/` on its line")),
            Some(character) => pattern.push(character),
        }
    }
}
