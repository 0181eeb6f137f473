//! Whether a value is as a predicate wants it.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::{Surroundings, patterns};
use crate::model::{Operand, Predicate};
use crate::value::{Value, Variables};

/// A predicate's answer.
pub(super) struct Answer {
    /// It holds.
    pub holds: bool,
    /// Actual and expected cannot be compared: false also under `not`.
    pub mismatch: bool,
    /// What was compared with.
    pub expected: Option<Value>,
}

/// Judges `actual`; `None` is nothing found, of which nothing holds. The error is a sentence.
pub(super) fn predicate(
    predicate: &Predicate,
    actual: Option<&Value>,
    variables: &Variables,
    around: &Surroundings,
) -> Result<Answer, String> {
    if *predicate == Predicate::Exists {
        return Ok(Answer { holds: actual.is_some(), mismatch: false, expected: None });
    }
    let (_, operand) = words_and_operand(predicate);
    let expected = operand.map(|operand| value_of(operand, variables, around)).transpose()?;
    let Some(actual) = actual else { return Ok(Answer { holds: false, mismatch: false, expected }) };
    let verdict = match &expected {
        Some(expected) => compare(predicate, actual, expected),
        None => is_of_kind(predicate, actual, variables)?,
    };
    Ok(Answer { holds: verdict == Some(true), mismatch: verdict.is_none(), expected })
}

/// What a predicate wants, in words.
pub(super) fn wanted(predicate: &Predicate, expected: Option<&Value>) -> String {
    let (words, _) = words_and_operand(predicate);
    let described = expected.map_or(words.to_owned(), |value| format!("{words} {}", value.describe()));
    described.trim().to_owned()
}

fn words_and_operand(predicate: &Predicate) -> (&'static str, Option<&Operand>) {
    match predicate {
        Predicate::Equal(operand) => ("", Some(operand)),
        Predicate::NotEqual(operand) => ("not", Some(operand)),
        Predicate::Greater(operand) => ("greater than", Some(operand)),
        Predicate::GreaterOrEqual(operand) => ("greater than or equal to", Some(operand)),
        Predicate::Less(operand) => ("less than", Some(operand)),
        Predicate::LessOrEqual(operand) => ("less than or equal to", Some(operand)),
        Predicate::StartsWith(operand) => ("starts with", Some(operand)),
        Predicate::EndsWith(operand) => ("ends with", Some(operand)),
        Predicate::Contains(operand) => ("contains", Some(operand)),
        Predicate::Includes(operand) => ("includes", Some(operand)),
        Predicate::Matches(_) => ("matches the regular expression", None),
        Predicate::Exists => ("something", None),
        Predicate::IsBoolean => ("boolean", None),
        Predicate::IsCollection => ("collection", None),
        Predicate::IsDate => ("date", None),
        Predicate::IsEmpty => ("empty", None),
        Predicate::IsFloat => ("float", None),
        Predicate::IsInteger => ("integer", None),
        Predicate::IsIpv4 => ("IPv4 address", None),
        Predicate::IsIpv6 => ("IPv6 address", None),
        Predicate::IsIsoDate => ("ISO date", None),
        Predicate::IsList => ("list", None),
        Predicate::IsNumber => ("number", None),
        Predicate::IsObject => ("object", None),
        Predicate::IsString => ("string", None),
        Predicate::IsUuid => ("UUID", None),
    }
}

fn value_of(operand: &Operand, variables: &Variables, around: &Surroundings) -> Result<Value, String> {
    match operand {
        Operand::Value(value) => Ok(value.clone()),
        Operand::File(path) => {
            let path = path.fill(variables).map_err(|error| error.to_string())?;
            (around.read_file)(&path).map(Value::Bytes)
        }
        Operand::Text(template) => {
            // A lone variable keeps its kind: a number captured is compared as a number.
            let sole = template.sole_variable().and_then(|name| variables.get(name));
            match sole {
                Some(value) => Ok(value.clone()),
                None => template.fill(variables).map(Value::Text).map_err(|error| error.to_string()),
            }
        }
    }
}

/// `None`: the two cannot be compared.
fn compare(predicate: &Predicate, actual: &Value, expected: &Value) -> Option<bool> {
    match predicate {
        Predicate::Equal(_) => Some(equal(actual, expected)),
        Predicate::NotEqual(_) => Some(!equal(actual, expected)),
        Predicate::Greater(_) => order(actual, expected).map(|order| order.is_gt()),
        Predicate::GreaterOrEqual(_) => order(actual, expected).map(|order| order.is_ge()),
        Predicate::Less(_) => order(actual, expected).map(|order| order.is_lt()),
        Predicate::LessOrEqual(_) => order(actual, expected).map(|order| order.is_le()),
        Predicate::StartsWith(_) => on_bytes(actual, expected, |actual, expected| actual.starts_with(expected)),
        Predicate::EndsWith(_) => on_bytes(actual, expected, |actual, expected| actual.ends_with(expected)),
        Predicate::Contains(_) | Predicate::Includes(_) => match (actual, predicate) {
            (Value::List(items), _) => Some(items.iter().any(|item| equal(item, expected))),
            (_, Predicate::Contains(_)) => on_bytes(actual, expected, |actual, expected| {
                expected.is_empty() || actual.windows(expected.len()).any(|window| window == expected)
            }),
            _ => None,
        },
        _ => None,
    }
}

fn equal(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Integer(actual), Value::Integer(expected)) => actual == expected,
        (Value::List(actual), Value::List(expected)) => {
            actual.len() == expected.len()
                && actual.iter().zip(expected).all(|(actual, expected)| equal(actual, expected))
        }
        _ => match (actual.as_number(), expected.as_number()) {
            (Some(actual), Some(expected)) => actual == expected,
            _ => actual == expected,
        },
    }
}

fn order(actual: &Value, expected: &Value) -> Option<std::cmp::Ordering> {
    match (actual, expected) {
        (Value::Integer(actual), Value::Integer(expected)) => Some(actual.cmp(expected)),
        (Value::Text(actual), Value::Text(expected)) => Some(actual.cmp(expected)),
        (Value::Date(actual), Value::Date(expected)) => Some(actual.cmp(expected)),
        _ => actual.as_number()?.partial_cmp(&expected.as_number()?),
    }
}

/// Strings with strings, bytes with bytes.
fn on_bytes(actual: &Value, expected: &Value, holds: impl Fn(&[u8], &[u8]) -> bool) -> Option<bool> {
    match (actual, expected) {
        (Value::Text(actual), Value::Text(expected)) => Some(holds(actual.as_bytes(), expected.as_bytes())),
        (Value::Bytes(actual), Value::Bytes(expected)) => Some(holds(actual, expected)),
        _ => None,
    }
}

fn is_of_kind(predicate: &Predicate, actual: &Value, variables: &Variables) -> Result<Option<bool>, String> {
    Ok(match (predicate, actual) {
        (Predicate::Matches(pattern), Value::Text(text)) => {
            let pattern = pattern.fill(variables).map_err(|error| error.to_string())?;
            Some(patterns::pattern(&pattern)?.is_match(text))
        }
        (Predicate::Matches(_), _) => None,
        (Predicate::IsEmpty, Value::Text(text)) => Some(text.is_empty()),
        (Predicate::IsEmpty, Value::Bytes(bytes)) => Some(bytes.is_empty()),
        (Predicate::IsEmpty, Value::List(items)) => Some(items.is_empty()),
        (Predicate::IsEmpty, Value::Object(members)) => Some(members.is_empty()),
        (Predicate::IsEmpty, _) => None,
        (Predicate::IsIsoDate, Value::Text(text)) => Some(is_iso_date(text)),
        (Predicate::IsIpv4, Value::Text(text)) => Some(text.parse::<Ipv4Addr>().is_ok()),
        (Predicate::IsIpv6, Value::Text(text)) => Some(text.parse::<Ipv6Addr>().is_ok()),
        (Predicate::IsUuid, Value::Text(text)) => Some(is_uuid(text)),
        (Predicate::IsIsoDate | Predicate::IsIpv4 | Predicate::IsIpv6 | Predicate::IsUuid, _) => None,
        (Predicate::IsBoolean, value) => Some(matches!(value, Value::Bool(_))),
        (Predicate::IsCollection, value) => Some(matches!(value, Value::List(_) | Value::Object(_) | Value::Bytes(_))),
        (Predicate::IsDate, value) => Some(matches!(value, Value::Date(_))),
        (Predicate::IsFloat, value) => Some(matches!(value, Value::Float(_))),
        (Predicate::IsInteger, value) => Some(matches!(value, Value::Integer(_) | Value::BigNumber(_))),
        (Predicate::IsList, value) => Some(matches!(value, Value::List(_) | Value::Bytes(_))),
        (Predicate::IsNumber, value) => Some(value.as_number().is_some()),
        (Predicate::IsObject, value) => Some(matches!(value, Value::Object(_))),
        (Predicate::IsString, value) => Some(matches!(value, Value::Text(_))),
        _ => None,
    })
}

/// As RFC 3339 has it: date, time to the second at least, and an offset.
fn is_iso_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = b"0000-00-00T00:00:00";
    let fits = bytes.len() > shape.len()
        && shape.iter().zip(bytes).all(|(shape, byte)| match shape {
            b'0' => byte.is_ascii_digit(),
            b'T' => matches!(byte, b'T' | b't' | b' '),
            sign => byte == sign,
        });
    let has_offset = || text.ends_with(['Z', 'z']) || bytes.get(bytes.len() - 6).is_some_and(|b| b"+-".contains(b));
    fits && has_offset() && text.parse::<jiff::Timestamp>().is_ok()
}

/// Digits in the usual groups or in one, perhaps between braces or after `urn:uuid:`.
fn is_uuid(text: &str) -> bool {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    let digits = inner.or_else(|| text.strip_prefix("urn:uuid:")).unwrap_or(text);
    let groups = digits.split('-').map(str::len);
    let grouped = groups.clone().eq([8, 4, 4, 4, 12]) || groups.eq([32]);
    grouped && digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
