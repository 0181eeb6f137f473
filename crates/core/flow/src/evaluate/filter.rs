//! Changes a value: one function per family of filters.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::query::first_group;
use super::response::decode;
use super::{Surroundings, json_path};
use crate::Template;
use crate::model::{Filter, Index};
use crate::value::{Value, Variables};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');
const NANOS_PER_DAY: i128 = 86_400_000_000_000;

/// The changed value; `None` when the filter finds nothing. The error is a sentence.
pub(super) fn filter(
    filter: &Filter,
    value: Value,
    variables: &Variables,
    around: &Surroundings,
) -> Result<Option<Value>, String> {
    let filled = |template: &Template| template.fill(variables).map_err(|error| error.to_string());
    match filter {
        Filter::Foreign(foreign) => Err(foreign.fault().message),
        Filter::Base64Decode => decode_base64(&text(&value)?, &STANDARD),
        Filter::Base64UrlSafeDecode => decode_base64(&text(&value)?, &URL_SAFE_NO_PAD),
        Filter::Base64Encode => text_value(STANDARD.encode(bytes(&value)?)),
        Filter::Base64UrlSafeEncode => text_value(URL_SAFE_NO_PAD.encode(bytes(&value)?)),
        Filter::Charset(charset) => text_value(decode(&bytes(&value)?, &filled(charset)?)?.into_owned()),
        Filter::Utf8Decode => text_value(String::from_utf8_lossy(&bytes(&value)?).into_owned()),
        Filter::Utf8Encode => Ok(Some(Value::Bytes(text(&value)?.into_bytes()))),
        Filter::ToHex => text_value(hex::encode(bytes(&value)?)),
        Filter::Count => count(&value),
        Filter::First => nth(list(value)?, 0),
        Filter::Last => nth(list(value)?, -1),
        Filter::Nth(Index::Number(index)) => nth(list(value)?, *index),
        Filter::Nth(Index::Variable(text)) => {
            let index = filled(text)?;
            let number = index.parse().map_err(|_| format!("`{index}` is no whole number"))?;
            nth(list(value)?, number)
        }
        Filter::Location => member(&value, "location"),
        Filter::HtmlEscape => text_value(html_escape::encode_quoted_attribute(&text(&value)?).into_owned()),
        Filter::HtmlUnescape => text_value(html_escape::decode_html_entities(&text(&value)?).into_owned()),
        Filter::JsonPath(path) => json_path::find(&filled(path)?, &json(&value)?),
        Filter::Regex(pattern) => first_group(&filled(pattern)?, &text(&value)?),
        Filter::Replace(old, new) => text_value(text(&value)?.replace(&filled(old)?, &filled(new)?)),
        Filter::ReplaceRegex(pattern, new) => replace_regex(&text(&value)?, &filled(pattern)?, &filled(new)?),
        Filter::Split(separator) => {
            let parts = text(&value)?.split(filled(separator)?.as_str()).map(|p| Value::Text(p.to_owned())).collect();
            Ok(Some(Value::List(parts)))
        }
        Filter::ToDate(format) => to_date(&text(&value)?, &filled(format)?),
        Filter::DateFormat(format) => {
            let zoned = instant(&value)?.to_zoned(jiff_utc());
            text_value(zoned.strftime(&filled(format)?).to_string())
        }
        Filter::DaysAfterNow => days(&value, around, 1),
        Filter::DaysBeforeNow => days(&value, around, -1),
        Filter::ToFloat => to_float(&value),
        Filter::ToInt => to_int(&value),
        Filter::ToString => match value.rendered() {
            Some(text) => text_value(text.into_owned()),
            None => Err(wrong_kind(&value, "something that can be written")),
        },
        Filter::UrlDecode => text_value(percent_decode_str(&text(&value)?).decode_utf8_lossy().into_owned()),
        Filter::UrlEncode => text_value(utf8_percent_encode(&text(&value)?, UNRESERVED).to_string()),
        Filter::UrlQueryParam(name) => query_param(&text(&value)?, &filled(name)?),
    }
}

fn jiff_utc() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::UTC
}

fn text_value(text: String) -> Result<Option<Value>, String> {
    Ok(Some(Value::Text(text)))
}

fn wrong_kind(value: &Value, wanted: &str) -> String {
    format!("a {} stands where the filter needs {wanted}", value.kind())
}

fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        other => Err(wrong_kind(other, "a string")),
    }
}

fn bytes(value: &Value) -> Result<Vec<u8>, String> {
    match value {
        Value::Bytes(bytes) => Ok(bytes.clone()),
        other => Err(wrong_kind(other, "bytes")),
    }
}

fn list(value: Value) -> Result<Vec<Value>, String> {
    match value {
        Value::List(items) => Ok(items),
        other => Err(wrong_kind(&other, "a list")),
    }
}

fn json(value: &Value) -> Result<serde_json::Value, String> {
    match value {
        Value::Text(text) => serde_json::from_str(text).map_err(|error| format!("the string is no JSON: {error}")),
        other => Err(wrong_kind(other, "a string")),
    }
}

fn decode_base64(text: &str, engine: &impl base64::Engine) -> Result<Option<Value>, String> {
    match engine.decode(text) {
        Ok(bytes) => Ok(Some(Value::Bytes(bytes))),
        Err(error) => Err(format!("the string is no base64: {error}")),
    }
}

fn count(value: &Value) -> Result<Option<Value>, String> {
    let count = match value {
        Value::List(items) => items.len(),
        Value::Bytes(bytes) => bytes.len(),
        other => return Err(wrong_kind(other, "a list or bytes")),
    };
    Ok(Some(Value::Integer(count as i64)))
}

/// From 0; negative counts from the end.
fn nth(items: Vec<Value>, index: i64) -> Result<Option<Value>, String> {
    let length = items.len();
    let at = if index < 0 { index + length as i64 } else { index };
    let item = usize::try_from(at).ok().and_then(|at| items.into_iter().nth(at));
    item.map(Some).ok_or_else(|| format!("the list has {length} elements, none of them at {index}"))
}

fn member(value: &Value, wanted: &str) -> Result<Option<Value>, String> {
    match value {
        Value::Object(members) => Ok(members.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())),
        other => Err(wrong_kind(other, "a redirect")),
    }
}

fn replace_regex(text: &str, pattern: &str, new: &str) -> Result<Option<Value>, String> {
    text_value(super::patterns::pattern(pattern)?.replace_all(text, new).into_owned())
}

fn to_date(text: &str, format: &str) -> Result<Option<Value>, String> {
    let wrong = |error: jiff::Error| format!("`{text}` is no date of the form `{format}`: {error}");
    let instant = if format == "%+" {
        text.parse::<Timestamp>().map_err(wrong)?
    } else {
        let broken = jiff::fmt::strtime::parse(format, text).map_err(wrong)?;
        match broken.to_timestamp() {
            Ok(instant) => instant,
            Err(_) => match broken.to_datetime() {
                Ok(civil) => civil.to_zoned(jiff_utc()).map_err(wrong)?.timestamp(),
                Err(_) => broken.to_date().and_then(|date| date.to_zoned(jiff_utc())).map_err(wrong)?.timestamp(),
            },
        }
    };
    Ok(Some(Value::Date(instant.as_nanosecond())))
}

fn instant(value: &Value) -> Result<Timestamp, String> {
    match value {
        Value::Date(nanos) => Timestamp::from_nanosecond(*nanos).map_err(|error| error.to_string()),
        other => Err(wrong_kind(other, "a date")),
    }
}

fn days(value: &Value, around: &Surroundings, sign: i128) -> Result<Option<Value>, String> {
    let nanos = instant(value)?.as_nanosecond() - around.now.as_nanosecond();
    Ok(Some(Value::Integer((sign * nanos / NANOS_PER_DAY) as i64)))
}

fn to_int(value: &Value) -> Result<Option<Value>, String> {
    match value {
        Value::Integer(integer) => Ok(Some(Value::Integer(*integer))),
        Value::Float(float) => Ok(Some(Value::Integer(*float as i64))),
        Value::Text(text) => match text.parse() {
            Ok(integer) => Ok(Some(Value::Integer(integer))),
            Err(_) => Err(format!("`{text}` is no whole number")),
        },
        other => Err(wrong_kind(other, "a number or string")),
    }
}

fn to_float(value: &Value) -> Result<Option<Value>, String> {
    match value {
        Value::Integer(integer) => Ok(Some(Value::Float(*integer as f64))),
        Value::Float(float) => Ok(Some(Value::Float(*float))),
        Value::Text(text) => match text.parse() {
            Ok(float) => Ok(Some(Value::Float(float))),
            Err(_) => Err(format!("`{text}` is no number")),
        },
        other => Err(wrong_kind(other, "a number or string")),
    }
}

fn query_param(address: &str, name: &str) -> Result<Option<Value>, String> {
    let url = url::Url::parse(address).map_err(|error| format!("`{address}` is no address: {error}"))?;
    Ok(url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| Value::Text(value.into_owned())))
}
