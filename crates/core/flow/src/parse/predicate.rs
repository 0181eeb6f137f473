//! What must hold of a value.

use super::FlowError;
use super::cursor::Cursor;
use super::query::pattern;
use super::{body, text};
use crate::model::{Body, Operand, Predicate};
use crate::template::{Piece, Template};
use crate::value::Value;

const NAMES: &str = "==, !=, >, >=, <, <=, startsWith, endsWith, contains, matches, exists, isBoolean, isCollection, isDate, isEmpty, isFloat, isInteger, isIpv4, isIpv6, isIsoDate, isList, isNumber, isObject, isString, isUuid";

pub(super) fn predicate(cursor: &mut Cursor) -> Result<Predicate, FlowError> {
    let begin = cursor.clone();
    let name = cursor.take_while(|c| !c.is_whitespace());
    Ok(match name {
        "==" | "equals" => Predicate::Equal(operand(cursor)?),
        "!=" | "notEquals" => Predicate::NotEqual(operand(cursor)?),
        ">" | "greaterThan" => Predicate::Greater(operand(cursor)?),
        ">=" | "greaterThanOrEquals" => Predicate::GreaterOrEqual(operand(cursor)?),
        "<" | "lessThan" => Predicate::Less(operand(cursor)?),
        "<=" | "lessThanOrEquals" => Predicate::LessOrEqual(operand(cursor)?),
        "startsWith" => Predicate::StartsWith(operand(cursor)?),
        "endsWith" => Predicate::EndsWith(operand(cursor)?),
        "contains" => Predicate::Contains(operand(cursor)?),
        "includes" => Predicate::Includes(operand(cursor)?),
        "matches" => Predicate::Matches(pattern(cursor)?),
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
            let hint = format!("known are {NAMES}, each with `not` before it if wanted");
            return Err(begin.fault_with_hint(format!("`{name}` is no predicate"), hint));
        }
    })
}

fn operand(cursor: &mut Cursor) -> Result<Operand, FlowError> {
    cursor.need_space("the value to compare with")?;
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
