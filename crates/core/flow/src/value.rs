//! Values that queries give, filters change and predicates judge.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Variables by name.
pub type Variables = BTreeMap<String, Value>;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// JSON null.
    Null,
    /// Truth value.
    Bool(bool),
    /// Whole number.
    Integer(i64),
    /// Other number.
    Float(f64),
    /// A number too large for either, as written.
    BigNumber(String),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// List.
    List(Vec<Value>),
    /// JSON object.
    Object(Vec<(String, Value)>),
    /// An instant, nanoseconds since 1970 UTC.
    Date(i128),
    /// Something is there that has no value, such as a cookie's flag.
    Unit,
}

impl Value {
    /// From JSON, object members in order.
    pub fn from_json(json: &serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(truth) => Value::Bool(*truth),
            serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => Value::Integer(integer),
                (None, Some(float)) if number.is_f64() => Value::Float(float),
                _ => Value::BigNumber(number.to_string()),
            },
            serde_json::Value::String(text) => Value::Text(text.clone()),
            serde_json::Value::Array(items) => Value::List(items.iter().map(Value::from_json).collect()),
            serde_json::Value::Object(members) => {
                Value::Object(members.iter().map(|(name, value)| (name.clone(), Value::from_json(value))).collect())
            }
        }
    }

    /// A value given from outside as text: numbers, truth values and null are those, quoted text and all else is text. Text that a
    /// number would not be written back as (`007`) stays text.
    pub fn given(text: &str) -> Value {
        let number = || {
            let integer = text.parse().ok().map(Value::Integer);
            let float = || text.parse().ok().filter(|float: &f64| float.is_finite()).map(Value::Float);
            integer.or_else(float).filter(|number| number.to_text() == text)
        };
        match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => number().unwrap_or_else(|| {
                let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
                Value::Text(inner.unwrap_or(text).to_owned())
            }),
        }
    }

    /// As JSON; bytes as hexadecimal text.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Bool(truth) => (*truth).into(),
            Value::Integer(integer) => (*integer).into(),
            Value::Float(float) => (*float).into(),
            Value::List(items) => items.iter().map(Value::to_json).collect(),
            Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value.to_json())).collect(),
            Value::Unit => true.into(),
            Value::BigNumber(_) | Value::Text(_) | Value::Bytes(_) | Value::Date(_) => self.to_text().into(),
        }
    }

    /// As a template shows it; `None` for bytes, lists and objects, which have no one way to be written.
    pub fn rendered(&self) -> Option<Cow<'_, str>> {
        match self {
            Value::BigNumber(text) | Value::Text(text) => Some(Cow::Borrowed(text)),
            Value::Bytes(_) | Value::List(_) | Value::Object(_) | Value::Unit => None,
            plain => Some(Cow::Owned(plain.to_text())),
        }
    }

    /// As a report shows it.
    pub fn to_text(&self) -> String {
        match self {
            Value::Unit => "present".to_owned(),
            Value::Null => "null".to_owned(),
            Value::Bool(truth) => truth.to_string(),
            Value::Integer(integer) => integer.to_string(),
            Value::Float(float) => format_float(*float),
            Value::BigNumber(text) | Value::Text(text) => text.clone(),
            Value::Bytes(bytes) => hex::encode(bytes),
            Value::Date(nanos) => match jiff::Timestamp::from_nanosecond(*nanos) {
                Ok(instant) => instant.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string(),
                Err(_) => nanos.to_string(),
            },
            Value::List(_) | Value::Object(_) => self.to_json().to_string(),
        }
    }

    /// The kind and the value, as a report says it: `integer <200>`.
    pub fn describe(&self) -> String {
        format!("{} <{}>", self.kind(), self.to_text())
    }

    /// The kind's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Integer(_) => "integer",
            Value::Float(_) => "float",
            Value::BigNumber(_) => "number",
            Value::Text(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Object(_) => "object",
            Value::Date(_) => "date",
            Value::Unit => "flag",
        }
    }

    /// As a number, for comparisons.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Integer(integer) => Some(*integer as f64),
            Value::Float(float) => Some(*float),
            Value::BigNumber(text) => text.parse().ok(),
            _ => None,
        }
    }
}

/// `2` is written `2.0`, so that a float stays one.
fn format_float(float: f64) -> String {
    if float.fract() == 0.0 { format!("{float:.1}") } else { float.to_string() }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn what_is_given_keeps_its_looks() {
        assert_eq!(Value::given("7"), Value::Integer(7));
        assert_eq!(Value::given("1.5"), Value::Float(1.5));
        assert_eq!(Value::given("\"7\""), Value::Text("7".to_owned()));
        for text in ["007", "1e5", "+1", "inf", "a b"] {
            assert_eq!(Value::given(text), Value::Text(text.to_owned()));
        }
    }

    #[test]
    fn json_goes_in_and_out() {
        let json: serde_json::Value =
            serde_json::from_str(r#"{"a":[1,2.5,"x",null,true],"big":123456789012345678901}"#).unwrap();
        let value = Value::from_json(&json);
        let Value::Object(members) = &value else { panic!("no object: {value:?}") };
        assert_eq!(members[0].1.to_text(), r#"[1,2.5,"x",null,true]"#);
        assert_eq!(members[1].1.kind(), "float");
    }
}
