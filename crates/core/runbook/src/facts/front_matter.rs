//! Document control in the front matter.

use super::Found;
use super::control;
use crate::document::Document;

/// Reads the top-level `key: value` lines of the YAML that are document control.
pub(super) fn read(document: &Document, found: &mut Found<'_>) {
    let Some(front) = &document.front_matter else { return };
    let yaml = found.source.slice(front.span).to_owned();
    for (line, text) in (front.line..).zip(yaml.lines()) {
        let Some((key, value)) = text.split_once(':').filter(|(key, _)| !key.starts_with([' ', '#', '-'])) else {
            continue;
        };
        let key = key.trim().replace(['_', '-'], " ").to_ascii_lowercase();
        control::pair(line, &key, value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']), found);
    }
}
