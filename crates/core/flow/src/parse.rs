//! Hurl text → [`Flow`]. Stops at the first fault, which names its place and what would be right there.
//!
//! The files are the grammar's stations: cursor (characters, white space, comments) → text (strings with templates)
//! → request and response (heads, headers, sections) → sections, queries, filters, predicates, bodies.

mod body;
mod cursor;
mod filter;
mod json;
mod options;
mod predicate;
mod query;
mod request;
mod response;
mod text;

use crate::model::{Entry, Flow, Place};
use cursor::Cursor;

/// Why a text is no flow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: {message}", at.line, at.column)]
pub struct FlowError {
    /// Where.
    pub at: Place,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The text is right, and means something that is not supported here.
    pub unsupported: bool,
}

/// Parses a whole text that is carried out here. An empty text is an empty flow.
pub fn parse(text: &str) -> Result<Flow, FlowError> {
    let flow = read(text)?;
    match flow.foreign().first() {
        Some(foreign) => Err(foreign.fault()),
        None => Ok(flow),
    }
}

/// Parses a whole text, [`Flow::foreign`] parts included.
pub fn read(text: &str) -> Result<Flow, FlowError> {
    let mut cursor = Cursor::new(text);
    let mut entries = Vec::new();
    cursor.skip_blank_lines();
    while !cursor.at_end() {
        let request = request::request(&mut cursor)?;
        cursor.skip_blank_lines();
        let response = if response::begins(&cursor) { Some(response::response(&mut cursor)?) } else { None };
        cursor.skip_blank_lines();
        entries.push(Entry { request, response });
    }
    Ok(Flow { entries })
}

#[cfg(test)]
mod tests;
