//! Rust: `Cargo.lock` beside the manifest or above it, and no dependency on a moving branch.

use std::collections::BTreeMap;

use super::{Said, lock_above};

pub(super) const LOCKS: [&str; 1] = ["Cargo.lock"];

pub(super) fn read(path: &str, text: &str, files: &BTreeMap<String, String>) -> Said {
    let mut said = Said::default();
    let Ok(manifest) = text.parse::<toml::Table>() else {
        said.loose.push(format!("{path}: cannot be read"));
        return said;
    };
    let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
    let named = tables.iter().filter_map(|name| manifest.get(*name)?.as_table());
    let count: usize = named.map(|table| table.len()).sum();
    if count == 0 && !manifest.contains_key("workspace") {
        return said;
    }
    match lock_above(path, &LOCKS, files) {
        Some((lock, text)) => {
            // The workspace's own line says it once for all its members.
            if !path.contains('/') || manifest.contains_key("workspace") {
                said.pinned.push(format!("{lock}: {} packages", text.matches("[[package]]").count()));
            }
        }
        None => said.loose.push(format!("{path}: no Cargo.lock is committed")),
    }
    said
}
