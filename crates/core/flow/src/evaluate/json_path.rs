//! JSONPath on a JSON text or value.

use serde_json_path::JsonPath;

use crate::value::Value;

/// What `path` finds: for a path that can only name one place, that value or nothing; else the list of all found.
pub(super) fn find(path: &str, json: &serde_json::Value) -> Result<Option<Value>, String> {
    let parsed = JsonPath::parse(path).map_err(|error| format!("`{path}` is no JSONPath: {error}"))?;
    let found = parsed.query(json).all();
    if names_one_place(path) {
        return Ok(found.first().map(|value| Value::from_json(value)));
    }
    Ok(Some(Value::List(found.into_iter().map(Value::from_json).collect())))
}

/// Whether the path has neither wildcard, slice, union, filter nor descent outside of its quoted names.
fn names_one_place(path: &str) -> bool {
    let mut quote = None;
    let mut last = ' ';
    for character in path.chars() {
        match quote {
            Some(open) if character == open && last != '\\' => quote = None,
            Some(_) => {}
            None => match character {
                '\'' | '"' => quote = Some(character),
                '*' | '?' | ':' | ',' => return false,
                '.' if last == '.' => return false,
                _ => {}
            },
        }
        last = character;
    }
    true
}
