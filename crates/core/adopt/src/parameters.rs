//! What must be filled in, as declarations: name, type, default and meaning where the runbook states them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use callsheet_runbook::{FactValue, FrontMatter, Runbook};
use regex::Regex;

use crate::places::steps;
use crate::yaml;

/// A parameter to be declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Declaration {
    pub(crate) secret: bool,
    pub(crate) default: Option<String>,
    pub(crate) description: Option<String>,
    /// 1-based line of its first use.
    pub(crate) line: u32,
}

static DEFAULT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\bdefaults?(?:\s+(?:to|is|value))?\s*[:=]?\s*[`'\x22]?([A-Za-z0-9][A-Za-z0-9._:/@-]*)").ok()
});

/// Everything that some step leaves to be filled in and that the front matter does not declare, by name.
pub(crate) fn undeclared(runbook: &Runbook) -> BTreeMap<String, Declaration> {
    let mut found: BTreeMap<String, Declaration> = BTreeMap::new();
    for (_, step) in steps(runbook) {
        for one in step.params.iter().filter(|one| !one.text.is_empty() && !one.name.trim().is_empty()) {
            if is_declared(&runbook.front_matter, &one.name) {
                continue;
            }
            let entry =
                found.entry(one.name.clone()).or_insert(Declaration { line: one.line, ..Declaration::default() });
            entry.secret |= one.secret;
        }
    }
    for fact in &runbook.facts {
        let FactValue::Param { name, value, note, secret } = &fact.value else { continue };
        let Some(entry) = found.get_mut(name) else { continue };
        entry.secret |= secret;
        let said = || [note, value].into_iter().flatten();
        entry.default = entry.default.take().or_else(|| said().find_map(|text| stated_default(text)));
        let meaning = value.as_ref().filter(|text| text.split_whitespace().count() > 2 && text.len() < 200);
        entry.description = entry.description.take().or_else(|| meaning.cloned());
    }
    for entry in found.values_mut().filter(|entry| entry.secret) {
        entry.default = None;
    }
    found
}

fn is_declared(front_matter: &FrontMatter, name: &str) -> bool {
    front_matter.parameters.contains_key(name) || front_matter.secrets.iter().any(|secret| secret == name)
}

/// "defaults to `8080`", "default: eu-west-1".
fn stated_default(text: &str) -> Option<String> {
    let found = DEFAULT.as_ref()?.captures(text)?;
    let value = found[1].trim_end_matches(['.', ':', ',']);
    let after = &text[found.get(1)?.end()..];
    let vague = matches!(
        value.to_ascii_lowercase().as_str(),
        "value" | "values" | "is" | "to" | "none" | "empty" | "the" | "a" | "for" | "in"
    );
    let goes_on = after.trim_start_matches(['`', '\'', '"']).trim_start().starts_with(|c: char| c.is_alphanumeric());
    (!vague && !goes_on && !value.is_empty()).then(|| value.to_owned())
}

impl Declaration {
    /// Its lines below `parameters:`, each indented by `indent` and more.
    pub(crate) fn lines(&self, name: &str, indent: &str) -> Vec<String> {
        let kind = if self.secret { "secret" } else { "string" };
        let mut lines = vec![format!("{indent}{}:", yaml::scalar(name)), format!("{indent}{indent}type: {kind}")];
        let mut add = |key: &str, value: &Option<String>| {
            lines.extend(value.iter().map(|value| format!("{indent}{indent}{key}: {}", yaml::scalar(value))));
        };
        add("default", &self.default);
        add("description", &self.description);
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_is_one_stated_value() {
        for (text, expected) in [
            ("optional, default `8080`", Some("8080")),
            ("Port to listen on (defaults to 8080)", Some("8080")),
            ("default: eu-west-1", Some("eu-west-1")),
            ("the default value is fine", None),
            ("required", None),
            ("default branch of the repository", None),
        ] {
            assert_eq!(stated_default(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_declaration_is_a_block() {
        let secret = Declaration { secret: true, ..Declaration::default() };
        assert_eq!(secret.lines("API_KEY", "  "), ["  API_KEY:", "    type: secret"]);
    }
}
