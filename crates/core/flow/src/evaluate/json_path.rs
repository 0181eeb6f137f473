//! JSONPath on a JSON text or value.

use super::patterns::path;
use crate::value::Value;

/// What `text` finds: nothing, the one value, or the list of several.
pub(super) fn find(text: &str, json: &serde_json::Value) -> Result<Option<Value>, String> {
    let path = path(text)?;
    let found = path.query(json).all();
    Ok(match found.as_slice() {
        [] => None,
        [one] => Some(Value::from_json(one)),
        several => Some(Value::List(several.iter().map(|value| Value::from_json(value)).collect())),
    })
}
