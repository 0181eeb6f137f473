//! Names of environment variables that a configuration file sets.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

static SET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)(?:^|[\s"'{,])name:\s*["']?([A-Z][A-Z0-9_]*)|(?:^|[\s"'{,])([A-Za-z_][A-Za-z0-9_]*)["']?\s*(?::[^/=]|:$|=|\?=)"#,
    )
    .ok()
});

/// Every name that the text sets, in whatever format: `A=b`, `A: b`, `"A": "b"`, `- name: A`, `ENV A=b`, `export A=b`.
pub fn variables(text: &str) -> BTreeSet<String> {
    let Some(set) = SET.as_ref() else { return BTreeSet::new() };
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let names = lines.flat_map(|line| set.captures_iter(line));
    names.filter_map(|found| found.get(1).or(found.get(2)).map(|name| name.as_str().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::variables;

    #[test]
    fn names_are_found_in_every_format() {
        for text in [
            "A_B=c",
            "export A_B=c",
            "  A_B: c",
            "  - A_B=c",
            "{\"A_B\": \"c\"}",
            "  - name: A_B",
            "ENV A_B=c",
            "A_B ?= c",
            "A_B:",
        ] {
            assert!(variables(text).contains("A_B"), "{text}");
        }
        assert!(!variables("# A_B=c\nhttp://x").contains("A_B"));
        assert!(!variables("http://A_B").contains("http"));
    }
}
