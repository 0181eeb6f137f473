//! What is done to a value before it is judged or kept.

use super::FlowError;
use super::cursor::Cursor;
use super::query::{argument, foreign, pattern};
use super::text;
use crate::model::{Filter, Index};

/// All filters that follow, in order.
pub(super) fn filters(cursor: &mut Cursor) -> Result<Vec<Filter>, FlowError> {
    let mut filters = Vec::new();
    loop {
        let mut ahead = cursor.clone();
        ahead.skip_spaces();
        match filter(&mut ahead)? {
            Some(filter) => filters.push(filter),
            None => return Ok(filters),
        }
        *cursor = ahead;
    }
}

/// `None`: the next word is no filter's name.
fn filter(cursor: &mut Cursor) -> Result<Option<Filter>, FlowError> {
    let begin = cursor.clone();
    let name = cursor.peek_word();
    cursor.advance(name.len());
    Ok(Some(match name {
        "base64Decode" => Filter::Base64Decode,
        "base64Encode" => Filter::Base64Encode,
        "base64UrlSafeDecode" => Filter::Base64UrlSafeDecode,
        "base64UrlSafeEncode" => Filter::Base64UrlSafeEncode,
        "charsetDecode" | "decode" => Filter::Charset(argument(cursor)?),
        "count" => Filter::Count,
        "dateFormat" | "format" => Filter::DateFormat(argument(cursor)?),
        "daysAfterNow" => Filter::DaysAfterNow,
        "daysBeforeNow" => Filter::DaysBeforeNow,
        "first" => Filter::First,
        "htmlEscape" => Filter::HtmlEscape,
        "htmlUnescape" => Filter::HtmlUnescape,
        "jsonpath" => Filter::JsonPath(argument(cursor)?),
        "last" => Filter::Last,
        "location" => Filter::Location,
        "nth" => Filter::Nth(index(cursor)?),
        "regex" => Filter::Regex(pattern(cursor)?),
        "replace" => Filter::Replace(argument(cursor)?, argument(cursor)?),
        "replaceRegex" => Filter::ReplaceRegex(pattern(cursor)?, argument(cursor)?),
        "split" => Filter::Split(argument(cursor)?),
        "toDate" => Filter::ToDate(argument(cursor)?),
        "toFloat" => Filter::ToFloat,
        "toHex" => Filter::ToHex,
        "toInt" => Filter::ToInt,
        "toString" => Filter::ToString,
        "urlDecode" => Filter::UrlDecode,
        "urlEncode" => Filter::UrlEncode,
        "urlQueryParam" => Filter::UrlQueryParam(argument(cursor)?),
        "utf8Decode" => Filter::Utf8Decode,
        "utf8Encode" => Filter::Utf8Encode,
        "xpath" => Filter::Foreign(foreign(cursor, &begin, name)?),
        _ => return Ok(None),
    }))
}

fn index(cursor: &mut Cursor) -> Result<Index, FlowError> {
    cursor.need_space("the index")?;
    if let Some(variable) = text::sole_variable(cursor)? {
        return Ok(Index::Variable(variable));
    }
    let begin = cursor.clone();
    let digits = cursor.take_while(|c| c.is_ascii_digit() || c == '-');
    digits.parse().map(Index::Number).map_err(|_| begin.fault("a whole number must stand here"))
}
