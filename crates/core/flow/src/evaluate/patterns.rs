//! Regular expressions and JSONPaths, each made once: a flow asks the same of many responses.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use regex::Regex;
use serde_json_path::JsonPath;

/// More than any flow has; then the memory begins anew.
const MOST: usize = 1000;

thread_local! {
    static PATTERNS: RefCell<HashMap<String, Regex>> = RefCell::default();
    static PATHS: RefCell<HashMap<String, Rc<JsonPath>>> = RefCell::default();
}

/// The regular expression; the error is a sentence.
pub(super) fn pattern(text: &str) -> Result<Regex, String> {
    PATTERNS.with_borrow_mut(|made| {
        remembered(made, text, || {
            Regex::new(text).map_err(|error| format!("`{text}` is no regular expression: {error}"))
        })
    })
}

/// The JSONPath; the error is a sentence.
pub(super) fn path(text: &str) -> Result<Rc<JsonPath>, String> {
    PATHS.with_borrow_mut(|made| {
        remembered(made, text, || {
            JsonPath::parse(text).map(Rc::new).map_err(|error| format!("`{text}` is no JSONPath: {error}"))
        })
    })
}

fn remembered<T: Clone>(
    made: &mut HashMap<String, T>,
    text: &str,
    make: impl FnOnce() -> Result<T, String>,
) -> Result<T, String> {
    if let Some(known) = made.get(text) {
        return Ok(known.clone());
    }
    let new = make()?;
    if made.len() >= MOST {
        made.clear();
    }
    made.insert(text.to_owned(), new.clone());
    Ok(new)
}
