//! Recipes of a justfile.

use std::collections::BTreeSet;

/// Recipes and aliases by name, and whether it imports others, so that not all can be seen.
pub fn recipes(text: &str) -> (BTreeSet<String>, bool) {
    let mut found = BTreeSet::new();
    let mut open = false;
    for line in text.lines() {
        open |= line.starts_with("import ") || line.starts_with("mod ") || line.starts_with("import? ");
        if line.starts_with([' ', '\t', '#', '[']) || line.trim().is_empty() {
            continue;
        }
        if let Some(rest) = line.strip_prefix("alias ") {
            found.extend(rest.split(":=").next().map(|name| name.trim().to_owned()));
            continue;
        }
        let Some((head, rest)) = line.split_once(':') else { continue };
        if rest.starts_with('=') && !head.contains(' ') || line.starts_with("set ") || line.starts_with("export ") {
            continue;
        }
        let name = head.trim_start_matches('@').split_whitespace().next().unwrap_or_default();
        if !name.is_empty() && line.split_whitespace().nth(1).is_none_or(|sign| sign != ":=") {
            found.insert(name.to_owned());
        }
    }
    (found, open)
}

#[cfg(test)]
mod tests {
    use super::recipes;

    #[test]
    fn recipes_are_told_from_variables() {
        let (found, open) = recipes(
            "a := \"b\"\nset shell := [\"sh\"]\nalias t := test\n@test x='1' y: build\n    echo z:\n\nbuild:\n    cc\n",
        );
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["build", "t", "test"]);
        assert!(!open);
        assert!(recipes("import 'more.just'\n").1);
    }
}
