//! Text with `{{variables}}` in it.

use std::borrow::Cow;

use crate::model::Place;
use crate::value::Variables;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it is.
    Text(String),
    /// `{{name}}`.
    Variable {
        /// The name.
        name: String,
        /// Where it stands.
        at: Place,
    },
}

/// Text to be filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// In order.
    pub pieces: Vec<Piece>,
}

/// A variable that cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {}: the variable `{name}` {problem}", at.line)]
pub struct FillError {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub at: Place,
    /// What is wrong with it, as the rest of a sentence.
    pub problem: String,
}

impl Template {
    /// Text without variables.
    pub fn text(text: impl Into<String>) -> Template {
        Template { pieces: vec![Piece::Text(text.into())] }
    }

    /// The text with each variable's value in its place.
    pub fn fill(&self, variables: &Variables) -> Result<String, FillError> {
        if let [Piece::Text(text)] = self.pieces.as_slice() {
            return Ok(text.clone());
        }
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Variable { name, at } => filled.push_str(&rendered(name, *at, variables)?),
            }
        }
        Ok(filled)
    }

    /// The same for a JSON text: within strings, values are escaped; elsewhere only numbers, truth values and null may stand.
    pub fn fill_json(&self, variables: &Variables) -> Result<String, FillError> {
        let mut filled = String::new();
        let (mut in_string, mut escaped) = (false, false);
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => {
                    for byte in text.bytes() {
                        in_string ^= byte == b'"' && !escaped;
                        escaped = byte == b'\\' && !escaped;
                    }
                    filled.push_str(text);
                }
                Piece::Variable { name, at } if in_string => {
                    for character in rendered(name, *at, variables)?.chars() {
                        push_json(&mut filled, character);
                    }
                }
                Piece::Variable { name, at } => {
                    let value = rendered(name, *at, variables)?;
                    if !is_json_scalar(&value) {
                        let problem =
                            format!("holds `{value}`, which is no JSON: write it in double quotes, as a string");
                        return Err(FillError { name: name.clone(), at: *at, problem });
                    }
                    filled.push_str(&value);
                }
            }
        }
        Ok(filled)
    }

    /// The only variable, when the template is nothing else.
    pub fn sole_variable(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Variable { name, .. }] => Some(name),
            _ => None,
        }
    }

    /// Names of all variables, in order of place.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { name, .. } => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// As it was written, without escapes.
    pub fn source(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Variable { name, .. } => format!("{{{{{name}}}}}"),
            })
            .collect()
    }
}

fn rendered<'a>(name: &str, at: Place, variables: &'a Variables) -> Result<Cow<'a, str>, FillError> {
    let fault = |problem: String| FillError { name: name.to_owned(), at, problem };
    let value = variables.get(name).ok_or_else(|| fault("has no value".to_owned()))?;
    value.rendered().ok_or_else(|| fault(format!("holds a {}, which cannot be written into a text", value.kind())))
}

fn push_json(text: &mut String, character: char) {
    match character {
        '"' => text.push_str("\\\""),
        '\\' => text.push_str("\\\\"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        other => text.push(other),
    }
}

fn is_json_scalar(text: &str) -> bool {
    matches!(text, "true" | "false" | "null") || serde_json::from_str::<serde_json::Number>(text).is_ok()
}
