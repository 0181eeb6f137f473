//! The fields of a JSON request body: taken one by one, with every fault noted before the request is refused.

use std::ops::RangeInclusive;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::problem::{FieldFault, Problem};

/// A JSON object whose members are being taken. Members nobody took are refused at [`Fields::finish`].
#[derive(Debug, Default)]
pub struct Fields {
    members: Map<String, Value>,
    faults: Vec<FieldFault>,
}

impl Fields {
    /// Takes a value in; anything but an object is refused with 422.
    pub fn of(value: Value) -> Result<Fields, Problem> {
        match value {
            Value::Object(members) => Ok(Fields { members, faults: Vec::new() }),
            other => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid",
                format!("the body is {}; give a JSON object", kind_of(&other)),
            )),
        }
    }

    /// Notes that `field` is refused.
    pub fn fault(&mut self, field: &str, code: &'static str, detail: impl Into<String>) {
        self.faults.push(FieldFault { field: field.to_owned(), code, detail: detail.into() });
    }

    /// A one-line text of so many characters, trimmed. Missing is a fault and gives an empty text.
    pub fn required_text(&mut self, field: &str, length: RangeInclusive<usize>) -> String {
        if !self.members.contains_key(field) {
            self.fault(
                field,
                "missing",
                format!("`{field}` is missing: give {} to {} characters", length.start(), length.end()),
            );
            return String::new();
        }
        self.text(field, length, false).unwrap_or_default()
    }

    /// A one-line text, if given.
    pub fn optional_text(&mut self, field: &str, length: RangeInclusive<usize>) -> Option<String> {
        self.text(field, length, false)
    }

    /// A text of several lines, if given.
    pub fn optional_prose(&mut self, field: &str, length_most: usize) -> Option<String> {
        self.text(field, 0..=length_most, true)
    }

    /// A text taken as it is, untrimmed (a password). Missing is a fault.
    pub fn required_secret(&mut self, field: &str, length: RangeInclusive<usize>) -> String {
        match self.members.remove(field) {
            Some(Value::String(text)) if length.contains(&text.chars().count()) => text,
            Some(Value::String(_)) => {
                self.fault(
                    field,
                    "length",
                    format!("`{field}` must have {} to {} characters", length.start(), length.end()),
                );
                String::new()
            }
            Some(other) => {
                self.fault(field, "type", format!("`{field}` is {}; give a text", kind_of(&other)));
                String::new()
            }
            None => {
                self.fault(field, "missing", format!("`{field}` is missing"));
                String::new()
            }
        }
    }

    /// One of `choices`, if given.
    pub fn optional_choice(&mut self, field: &str, choices: &[&'static str]) -> Option<&'static str> {
        let given = self.members.remove(field)?;
        let found = given.as_str().and_then(|text| choices.iter().find(|choice| **choice == text));
        if found.is_none() {
            self.fault(field, "choice", format!("`{field}` must be one of {}", listed(choices)));
        }
        found.copied()
    }

    /// One of `choices`. Missing is a fault.
    pub fn required_choice(&mut self, field: &str, choices: &[&'static str]) -> Option<&'static str> {
        if !self.members.contains_key(field) {
            self.fault(field, "missing", format!("`{field}` is missing: give one of {}", listed(choices)));
        }
        self.optional_choice(field, choices)
    }

    /// The member as it is, if given (`null` counts as given).
    pub fn take(&mut self, field: &str) -> Option<Value> {
        self.members.remove(field)
    }

    /// Whether no fault was noted so far.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    /// Refuses the request if anything was at fault or a member was not known.
    pub fn finish(mut self) -> Result<(), Problem> {
        let unknown: Vec<String> = self.members.keys().take(20).cloned().collect();
        for field in unknown {
            self.fault(&field.chars().take(80).collect::<String>(), "unknown", "no such field here; remove it");
        }
        if self.faults.is_empty() { Ok(()) } else { Err(Problem::invalid(self.faults)) }
    }

    fn text(&mut self, field: &str, length: RangeInclusive<usize>, lines: bool) -> Option<String> {
        let text = match self.members.remove(field)? {
            Value::String(text) => text.trim().to_owned(),
            other => {
                self.fault(field, "type", format!("`{field}` is {}; give a text", kind_of(&other)));
                return None;
            }
        };
        let count = text.chars().count();
        if !length.contains(&count) {
            let detail = format!("`{field}` has {count} characters; give {} to {}", length.start(), length.end());
            self.fault(field, "length", detail);
        } else if let Some(bad) = text.chars().find(|c| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'))) {
            self.fault(
                field,
                "text",
                format!("`{field}` holds the control character U+{:04X}; remove it", u32::from(bad)),
            );
        }
        Some(text)
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Fields, Problem> {
        let body = axum::Json::<Value>::from_request(request, state).await.map_err(refused_body)?;
        Fields::of(body.0)
    }
}

fn refused_body(rejection: JsonRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "the body is larger than this service takes")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            "the body must be JSON: send `content-type: application/json`",
        ),
        _ => Problem::malformed(format!("the body cannot be read: {}", rejection.body_text())),
    }
}

/// "an array", "a number" …: what a JSON value is, for messages.
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn listed(choices: &[&str]) -> String {
    choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_fault_is_told_at_once() {
        let mut fields = Fields::of(json!({"name": "", "kind": "dragon", "note": 5, "extra": 1})).unwrap();
        fields.required_text("name", 1..=10);
        fields.optional_choice("kind", &["place"]);
        fields.optional_prose("note", 100);
        let problem = fields.finish().unwrap_err();
        let codes: Vec<_> = problem.errors.iter().map(|fault| (fault.field.as_str(), fault.code)).collect();
        assert_eq!(codes, [("name", "length"), ("kind", "choice"), ("note", "type"), ("extra", "unknown")]);
    }

    #[test]
    fn lengths_count_characters_and_control_characters_are_refused() {
        let mut fields = Fields::of(json!({"a": "żółć🎬", "b": "x\u{0}y", "c": "two\nlines"})).unwrap();
        assert_eq!(fields.required_text("a", 1..=5), "żółć🎬");
        fields.optional_text("b", 0..=9);
        assert_eq!(fields.optional_prose("c", 9).as_deref(), Some("two\nlines"));
        assert_eq!(fields.finish().unwrap_err().errors[0].code, "text");
    }
}
