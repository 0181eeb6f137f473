//! The `[Options]` of a request.

use super::FlowError;
use super::cursor::Cursor;
use super::request::next_key_line;
use super::text;
use crate::model::{Foreign, Operand, Pair, RequestOption, Setting, Switch};
use crate::template::{Piece, Template};
use crate::value::Value;

/// What only the `hurl` program does.
const FOREIGN: &[&str] = &[
    "aws-sigv4",
    "cacert",
    "cert",
    "key",
    "connect-to",
    "digest",
    "ipv4",
    "ipv6",
    "limit-rate",
    "negotiate",
    "netrc",
    "netrc-file",
    "netrc-optional",
    "ntlm",
    "path-as-is",
    "pinnedpubkey",
    "proxy",
    "resolve",
    "unix-socket",
    "http3",
];

pub(super) fn options(cursor: &mut Cursor) -> Result<Vec<RequestOption>, FlowError> {
    let mut options = Vec::new();
    while next_key_line(cursor) {
        let at = cursor.place();
        let begin = cursor.clone();
        let name = text::key(cursor)?.source();
        let setting = setting(cursor, &begin, &name)?;
        cursor.need_line_end()?;
        options.push(RequestOption { at, setting });
    }
    Ok(options)
}

fn setting(cursor: &mut Cursor, begin: &Cursor, name: &str) -> Result<Setting, FlowError> {
    Ok(match name {
        "location" => Setting::Location(truth(cursor)?),
        "location-trusted" => Setting::LocationTrusted(truth(cursor)?),
        "max-redirs" => Setting::MaxRedirs(count(cursor)?),
        "compressed" => Setting::Compressed(truth(cursor)?),
        "insecure" => Setting::Insecure(truth(cursor)?),
        "retry" => Setting::Retry(count(cursor)?),
        "retry-interval" => Setting::RetryInterval(time(cursor)?),
        "delay" => Setting::Delay(time(cursor)?),
        "max-time" => Setting::MaxTime(time(cursor)?),
        "connect-timeout" => Setting::ConnectTimeout(time(cursor)?),
        "repeat" => Setting::Repeat(count(cursor)?),
        "skip" => Setting::Skip(truth(cursor)?),
        "user" => Setting::User(text::bare(cursor)?),
        "http1.0" | "http1.1" | "http2" => Setting::Http(name.to_owned(), truth(cursor)?),
        "header" => {
            let name = text::key(cursor)?;
            Setting::Header(Pair { name, value: text::bare(cursor)? })
        }
        "variable" => variable(cursor)?,
        "output" => Setting::Output(text::file_name(cursor)?),
        "verbose" | "very-verbose" | "verbosity" => {
            text::bare(cursor)?;
            Setting::Display(name.to_owned())
        }
        _ if FOREIGN.contains(&name) => {
            let name = name.to_owned();
            Setting::Foreign(Foreign { at: begin.place(), name, argument: text::bare(cursor)? })
        }
        _ => return Err(begin.fault(format!("the option `{name}` is not known"))),
    })
}

fn variable(cursor: &mut Cursor) -> Result<Setting, FlowError> {
    let begin = cursor.clone();
    let name = cursor.peek_word().to_owned();
    cursor.advance(name.len());
    if name.is_empty() {
        return Err(begin.fault("write `variable: name=value`"));
    }
    if matches!(name.as_str(), "newUuid" | "newDate" | "getEnv") {
        return Err(begin.fault(format!("`{name}` is a function's name: choose another")));
    }
    cursor.skip_spaces();
    if !cursor.eat("=") {
        return Err(cursor.fault("write `variable: name=value`"));
    }
    cursor.skip_spaces();
    if cursor.peek() == Some('"') {
        return Ok(Setting::Variable(name, Operand::Text(text::quoted(cursor)?)));
    }
    let template = text::bare(cursor)?;
    let value = match template.pieces.as_slice() {
        [Piece::Text(text)] => match Value::given(text) {
            Value::Text(_) => Operand::Text(template),
            value => Operand::Value(value),
        },
        _ => Operand::Text(template),
    };
    Ok(Setting::Variable(name, value))
}

fn truth(cursor: &mut Cursor) -> Result<Switch, FlowError> {
    if let Some(variable) = text::sole_variable(cursor)? {
        return Ok(Switch::Variable(variable));
    }
    let begin = cursor.clone();
    match cursor.take_while(|c| c.is_ascii_alphabetic()) {
        "true" => Ok(Switch::Is(true)),
        "false" => Ok(Switch::Is(false)),
        _ => Err(begin.fault("`true` or `false` must stand here")),
    }
}

/// A whole number from -1, or a variable that holds one.
fn count(cursor: &mut Cursor) -> Result<Template, FlowError> {
    if let Some(variable) = text::sole_variable(cursor)? {
        return Ok(variable);
    }
    let begin = cursor.clone();
    let digits = cursor.take_while(|c| c.is_ascii_digit() || c == '-');
    match digits.parse::<i64>() {
        Ok(count) if count >= -1 => Ok(Template::text(digits)),
        _ => Err(begin.fault("a whole number, or -1 for no limit, must stand here")),
    }
}

/// A length of time, or a variable that holds milliseconds.
fn time(cursor: &mut Cursor) -> Result<Template, FlowError> {
    if let Some(variable) = text::sole_variable(cursor)? {
        return Ok(variable);
    }
    let begin = cursor.clone();
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    if digits.is_empty() {
        return Err(begin.fault("a length of time must stand here, such as `500ms`, `2s` or `1m`"));
    }
    let at_unit = cursor.clone();
    let unit = cursor.take_while(|c| c.is_ascii_alphabetic());
    if !matches!(unit, "" | "ms" | "s" | "m" | "h") {
        return Err(at_unit.fault(format!("`{unit}` is no unit of time: write ms, s, m or h")));
    }
    Ok(Template::text(format!("{digits}{unit}")))
}
