//! Lists: in parts of an answer (`?limit=20&after=ID`), and as members of a body.

use std::collections::BTreeMap;

use fleet_kit::problem::FieldFault;
use fleet_kit::{Fields, Problem};
use serde::Serialize;
use serde_json::Value;

use crate::store::Page;

/// The query's parameters, unchecked.
pub(super) type Parameters = BTreeMap<String, String>;

const LIMIT_DEFAULT: u32 = 20;
const LIMIT_MOST: u32 = 100;

/// One part of a list.
#[derive(Serialize)]
pub(super) struct Part<T> {
    items: Vec<T>,
    /// Pass as `after` for the next part; null: this is the last.
    next: Option<String>,
}

/// The part asked for, and one more row, which tells whether there is a next part.
pub(super) fn page(parameters: &Parameters) -> Result<Page, Problem> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, code, detail: String| {
        faults.push(FieldFault { field: field.chars().take(80).collect(), code, detail });
    };
    let limit = parameters.get("limit").map_or(Some(LIMIT_DEFAULT), |text| text.parse().ok());
    let limit = limit.filter(|limit| (1..=LIMIT_MOST).contains(limit)).unwrap_or_else(|| {
        fault("limit", "range", format!("`limit` must be a whole number from 1 to {LIMIT_MOST}"));
        LIMIT_DEFAULT
    });
    let after = parameters.get("after").cloned();
    if after.as_ref().is_some_and(|after| after.parse::<uuid::Uuid>().is_err()) {
        fault("after", "text", "`after` must be the `next` of the part before".to_owned());
    }
    for name in parameters.keys().filter(|name| !["limit", "after"].contains(&name.as_str())) {
        fault(name, "unknown", "no such parameter here; remove it".to_owned());
    }
    if faults.is_empty() { Ok(Page { limit: limit + 1, after }) } else { Err(Problem::invalid(faults)) }
}

/// Cuts the one more off again.
pub(super) fn part<T>(mut items: Vec<T>, page_limit: u32, id: impl Fn(&T) -> String) -> Part<T> {
    let limit = page_limit.saturating_sub(1) as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(id) } else { None };
    Part { items, next }
}

/// A member that is a list of texts, if given: trimmed, none empty, none with control characters but line ends.
pub(super) fn texts(fields: &mut Fields, name: &str, most: usize, length_most: usize) -> Option<Vec<String>> {
    let given = fields.take(name)?;
    let Value::Array(entries) = given else {
        fields.fault(name, "type", format!("`{name}` must be a list of texts"));
        return None;
    };
    if entries.len() > most {
        fields.fault(name, "length", format!("`{name}` has {} entries; give at most {most}", entries.len()));
        return None;
    }
    let mut texts = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        match entry.as_str().map(str::trim) {
            Some(text) if is_sound(text, length_most) => texts.push(text.to_owned()),
            _ => fields.fault(
                &format!("{name}.{index}"),
                "text",
                format!("give a text of 1 to {length_most} characters"),
            ),
        }
    }
    Some(texts)
}

/// Whether a text may be kept: not empty, not too long, nothing that no document can hold.
pub(super) fn is_sound(text: &str, length_most: usize) -> bool {
    let count = text.chars().count();
    (1..=length_most).contains(&count) && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}
