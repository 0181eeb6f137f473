//! The `[Options]` of a request.

use super::FlowError;
use super::cursor::Cursor;
use super::request::next_key_line;
use super::text;
use crate::model::{Pair, RequestOption, Setting};

const REFUSED: &[&str] = &[
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
        "max-redirs" => Setting::MaxRedirs(text::bare(cursor, "")?),
        "compressed" => Setting::Compressed(truth(cursor)?),
        "insecure" => Setting::Insecure(truth(cursor)?),
        "retry" => Setting::Retry(text::bare(cursor, "")?),
        "retry-interval" => Setting::RetryInterval(text::bare(cursor, "")?),
        "delay" => Setting::Delay(text::bare(cursor, "")?),
        "max-time" => Setting::MaxTime(text::bare(cursor, "")?),
        "connect-timeout" => Setting::ConnectTimeout(text::bare(cursor, "")?),
        "repeat" => Setting::Repeat(text::bare(cursor, "")?),
        "skip" => Setting::Skip(truth(cursor)?),
        "user" => Setting::User(text::bare(cursor, "")?),
        "http1.0" | "http1.1" | "http2" => Setting::Http(name.to_owned(), truth(cursor)?),
        "header" => {
            let name = text::key(cursor)?;
            Setting::Header(Pair { name, value: text::bare(cursor, "")? })
        }
        "variable" => variable(cursor)?,
        "verbose" | "very-verbose" | "verbosity" | "output" => {
            text::bare(cursor, "")?;
            Setting::Display(name.to_owned())
        }
        _ if REFUSED.contains(&name) => {
            let hint = "run this step with an installed `hurl`: name the fence `bash` and call it there";
            return Err(begin.fault_with_hint(format!("the option `{name}` is not supported"), hint));
        }
        _ => return Err(begin.fault(format!("the option `{name}` is not known"))),
    })
}

fn variable(cursor: &mut Cursor) -> Result<Setting, FlowError> {
    let begin = cursor.clone();
    let name = text::bare(cursor, "=")?.source();
    if name.is_empty() || !cursor.eat("=") {
        return Err(begin.fault("write `variable: name=value`"));
    }
    let value = if cursor.peek() == Some('"') { text::quoted(cursor)? } else { text::bare(cursor, "")? };
    Ok(Setting::Variable(name, value))
}

fn truth(cursor: &mut Cursor) -> Result<bool, FlowError> {
    let begin = cursor.clone();
    match cursor.take_while(|c| c.is_ascii_alphabetic()) {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(begin.fault("`true` or `false` must stand here")),
    }
}
