//! Text with `{{variables}}` in it.

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

/// A variable that has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {}: the variable `{name}` has no value", at.line)]
pub struct FillError {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub at: Place,
}

impl Template {
    /// Text without variables.
    pub fn text(text: impl Into<String>) -> Template {
        Template { pieces: vec![Piece::Text(text.into())] }
    }

    /// The text with each variable's value in its place.
    pub fn fill(&self, variables: &Variables) -> Result<String, FillError> {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Variable { name, at } => match variables.get(name) {
                    Some(value) => filled.push_str(&value.to_text()),
                    None => return Err(FillError { name: name.clone(), at: *at }),
                },
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
