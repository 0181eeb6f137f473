//! What must hold of a value.

use super::FlowError;
use super::cursor::Cursor;
use super::query::pattern;
use super::{body, text};
use crate::model::{Body, Operand, Predicate};
use crate::template::{Piece, Template};
use crate::value::Value;

const NAMES: &str = "==, !=, >, >=, <, <=, startsWith, endsWith, contains, matches, exists, isBoolean, isCollection, isDate, isEmpty, isFloat, isInteger, isIpv4, isIpv6, isIsoDate, isList, isNumber, isObject, isString, isUuid";

/// Names of predicates that compare with a value, longer ones before their own beginnings.
const COMPARISONS: [(&str, Make, Fits); 10] = [
    ("==", Predicate::Equal, Fits::All),
    ("!=", Predicate::NotEqual, Fits::All),
    (">=", Predicate::GreaterOrEqual, Fits::Ordered),
    (">", Predicate::Greater, Fits::Ordered),
    ("<=", Predicate::LessOrEqual, Fits::Ordered),
    ("<", Predicate::Less, Fits::Ordered),
    ("startsWith", Predicate::StartsWith, Fits::Sequence),
    ("endsWith", Predicate::EndsWith, Fits::Sequence),
    ("contains", Predicate::Contains, Fits::All),
    ("includes", Predicate::Includes, Fits::All),
];

type Make = fn(Operand) -> Predicate;

/// Which values a predicate takes.
#[derive(Clone, Copy)]
enum Fits {
    All,
    /// Numbers, strings, variables.
    Ordered,
    /// Strings and bytes.
    Sequence,
}

pub(super) fn predicate(cursor: &mut Cursor) -> Result<Predicate, FlowError> {
    let begin = cursor.clone();
    for (name, make, fits) in COMPARISONS {
        if cursor.eat(name) {
            let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic());
            return Ok(make(operand(cursor, is_word, fits)?));
        }
    }
    let name = cursor.peek_word();
    cursor.advance(name.len());
    Ok(match name {
        "matches" => {
            let value = ahead_of_spaces(cursor);
            if !value.rest().starts_with(['"', '/', '`']) {
                return Err(value.fault("a string or a regular expression between slashes must stand here"));
            }
            Predicate::Matches(pattern(cursor)?)
        }
        "exists" => Predicate::Exists,
        "isBoolean" => Predicate::IsBoolean,
        "isCollection" => Predicate::IsCollection,
        "isDate" => Predicate::IsDate,
        "isEmpty" => Predicate::IsEmpty,
        "isFloat" => Predicate::IsFloat,
        "isInteger" => Predicate::IsInteger,
        "isIpv4" => Predicate::IsIpv4,
        "isIpv6" => Predicate::IsIpv6,
        "isIsoDate" => Predicate::IsIsoDate,
        "isList" => Predicate::IsList,
        "isNumber" => Predicate::IsNumber,
        "isObject" => Predicate::IsObject,
        "isString" => Predicate::IsString,
        "isUuid" => Predicate::IsUuid,
        _ => {
            let name = begin.clone().take_while(|c| !c.is_whitespace()).to_owned();
            let hint = format!("known are {NAMES}, each with `not` before it if wanted");
            return Err(begin.fault_with_hint(format!("`{name}` is no predicate"), hint));
        }
    })
}

fn ahead_of_spaces<'a>(cursor: &Cursor<'a>) -> Cursor<'a> {
    let mut ahead = cursor.clone();
    ahead.skip_spaces();
    ahead
}

fn operand(cursor: &mut Cursor, after_word: bool, fits: Fits) -> Result<Operand, FlowError> {
    if after_word {
        cursor.need_space("the value to compare with")?;
    }
    cursor.skip_spaces();
    let begin = cursor.clone();
    let is_variable = begin.rest().starts_with("{{");
    let is_number = |value: &Value| matches!(value, Value::Integer(_) | Value::Float(_) | Value::BigNumber(_));
    let operand = any_operand(cursor)?;
    let fine = match (fits, &operand) {
        (Fits::All, _) | (_, Operand::Text(_)) if !is_variable => true,
        (Fits::All | Fits::Ordered, _) if is_variable => true,
        (Fits::Ordered, Operand::Value(value)) => is_number(value),
        (Fits::Sequence, Operand::Value(value)) => matches!(value, Value::Bytes(_)),
        _ => false,
    };
    let needed = match fits {
        Fits::Sequence => "a string or bytes must stand here",
        _ => "a number, a string or `{{variable}}` must stand here",
    };
    if fine { Ok(operand) } else { Err(begin.fault(needed)) }
}

fn any_operand(cursor: &mut Cursor) -> Result<Operand, FlowError> {
    let begin = cursor.clone();
    if let Some((name, at)) = text::variable(cursor)? {
        return Ok(Operand::Text(Template { pieces: vec![Piece::Variable { name, at }] }));
    }
    if cursor.peek() == Some('"') {
        return Ok(Operand::Text(text::quoted(cursor)?));
    }
    if let Some(body) = body::marked(cursor)? {
        return Ok(match body {
            Body::Bytes(bytes) => Operand::Value(Value::Bytes(bytes)),
            Body::File(path) => Operand::File(path),
            Body::Json(text) | Body::Xml(text) | Body::OneLine(text) | Body::Text { text, .. } => Operand::Text(text),
        });
    }
    let word = cursor.take_while(|c| !c.is_whitespace() && c != '#');
    let value = match word {
        "null" => Some(Value::Null),
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        _ => word.parse().ok().map(Value::Integer).or_else(|| float(word)),
    };
    let hint = "write a number, true, false, null, a string in double quotes, or `{{variable}}`";
    value.map(Operand::Value).ok_or_else(|| begin.fault_with_hint(format!("`{word}` is no value"), hint))
}

fn float(word: &str) -> Option<Value> {
    let is_number = word.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let float: f64 = if is_number { word.parse().ok()? } else { return None };
    let is_integer = word.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit());
    Some(if is_integer { Value::BigNumber(word.to_owned()) } else { Value::Float(float) })
}
