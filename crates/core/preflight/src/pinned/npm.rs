//! JavaScript: a lock file beside `package.json` or above it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Said, lock_above};

pub(super) const LOCKS: [&str; 5] =
    ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"];

pub(super) fn read(path: &str, text: &str, files: &BTreeMap<String, String>) -> Said {
    let mut said = Said::default();
    let Ok(manifest) = serde_json::from_str::<Value>(text) else {
        said.loose.push(format!("{path}: cannot be read"));
        return said;
    };
    let tables = ["dependencies", "devDependencies", "optionalDependencies"];
    let count: usize =
        tables.iter().filter_map(|name| manifest.get(*name)?.as_object()).map(serde_json::Map::len).sum();
    if count == 0 {
        return said;
    }
    match lock_above(path, &LOCKS, files) {
        Some((lock, _)) => said.pinned.push(format!("{path}: {count} direct dependencies by {lock}")),
        None => said.loose.push(format!("{path}: none of {} is committed", LOCKS.join(", "))),
    }
    said
}
