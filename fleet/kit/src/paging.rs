//! Lists in parts: `?limit=20&after=ID`; the answer's `next` is the `after` of the next part.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::problem::{FieldFault, Problem};
use serde::Serialize;

/// Which part of a list; the list says in which order.
#[derive(Clone, Copy, Debug)]
pub struct Page<Id> {
    /// How many at most.
    pub limit: u32,
    /// Only those that come after this one.
    pub after: Option<Id>,
}

/// The query's parameters, unchecked.
pub type Parameters = BTreeMap<String, String>;

const LIMIT_DEFAULT: u32 = 20;
const LIMIT_MOST: u32 = 100;

/// One part of a list.
#[derive(Serialize)]
pub struct Part<T> {
    items: Vec<T>,
    /// Pass as `after` for the next part; null: this is the last.
    next: Option<String>,
}

/// The part asked for; other parameters than `limit`, `after` and those in `others` are refused.
pub fn page<Id: FromStr>(parameters: &Parameters, others: &[&str]) -> Result<Page<Id>, Problem> {
    let mut faults = Vec::new();
    let mut fault =
        |field: &str, code, detail: String| faults.push(FieldFault { field: field.to_owned(), code, detail });
    let limit = parameters.get("limit").map_or(Ok(LIMIT_DEFAULT), |text| text.parse());
    let limit = limit.ok().filter(|limit| (1..=LIMIT_MOST).contains(limit)).unwrap_or_else(|| {
        fault("limit", "range", format!("`limit` must be a whole number from 1 to {LIMIT_MOST}"));
        LIMIT_DEFAULT
    });
    let after = parameters.get("after").and_then(|text| {
        let id = text.parse().ok();
        if id.is_none() {
            fault("after", "text", "`after` must be the `next` of the part before".to_owned());
        }
        id
    });
    for name in parameters
        .keys()
        .filter(|name| !["limit", "after"].contains(&name.as_str()) && !others.contains(&name.as_str()))
    {
        fault(&name.chars().take(80).collect::<String>(), "unknown", "no such parameter here; remove it".to_owned());
    }
    if faults.is_empty() { Ok(Page { limit, after }) } else { Err(Problem::invalid(faults)) }
}

/// Asks for one more than the part holds, which tells whether there is a next part.
pub fn one_more<Id>(page: Page<Id>) -> Page<Id> {
    Page { limit: page.limit + 1, ..page }
}

/// Cuts the one more off again.
pub fn part<T>(mut items: Vec<T>, limit: u32, id: impl Fn(&T) -> String) -> Part<T> {
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = if more { items.last().map(id) } else { None };
    Part { items, next }
}
