//! Scripts of package.json and pyproject.toml.

use std::collections::BTreeSet;

use serde_json::Value;

/// Names under `scripts` of a package.json; `None`: it cannot be read.
pub fn npm_scripts(text: &str) -> Option<BTreeSet<String>> {
    let document: Value = serde_json::from_str(text).ok()?;
    let scripts = document.get("scripts").and_then(Value::as_object);
    Some(scripts.into_iter().flatten().map(|(name, _)| name.clone()).collect())
}

/// Script names of a pyproject.toml, and the names of what it depends on, whose programs `poetry run` finds, too.
pub fn poetry_scripts(text: &str) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let document: toml::Table = text.parse().ok()?;
    let at = |path: &[&str]| {
        path.iter().try_fold(None, |table: Option<&toml::Table>, key| {
            table.unwrap_or(&document).get(*key).and_then(toml::Value::as_table).map(Some)
        })
    };
    let keys = |path: &[&str]| at(path).flatten().into_iter().flat_map(toml::Table::keys).cloned().collect::<Vec<_>>();
    let scripts = [keys(&["project", "scripts"]), keys(&["tool", "poetry", "scripts"])].concat();
    let mut needs = [keys(&["tool", "poetry", "dependencies"]), keys(&["tool", "poetry", "dev-dependencies"])].concat();
    for group in keys(&["tool", "poetry", "group"]) {
        needs.extend(keys(&["tool", "poetry", "group", &group, "dependencies"]));
    }
    let listed =
        at(&["project"]).flatten().and_then(|project| project.get("dependencies")).and_then(toml::Value::as_array);
    let name = |one: &toml::Value| {
        let text = one.as_str()?;
        Some(text.split(|c: char| !c.is_alphanumeric() && !"-_.".contains(c)).next()?.to_owned())
    };
    needs.extend(listed.into_iter().flatten().filter_map(name));
    Some((scripts.into_iter().collect(), needs.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::{npm_scripts, poetry_scripts};

    #[test]
    fn scripts_are_listed() {
        let found = npm_scripts("{\"scripts\": {\"a\": \"b\", \"c:d\": \"e\"}}").unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["a", "c:d"]);
        assert_eq!((npm_scripts("{}").unwrap().len(), npm_scripts("{")), (0, None));
        let text = "[project]\ndependencies = [\"ruff>=1\"]\n[project.scripts]\na = \"b:c\"\n[tool.poetry.scripts]\nd = \"e\"\n[tool.poetry.group.dev.dependencies]\npytest = \"*\"\n";
        let (scripts, needs) = poetry_scripts(text).unwrap();
        assert_eq!(scripts.into_iter().collect::<Vec<_>>(), ["a", "d"]);
        assert_eq!(needs.into_iter().collect::<Vec<_>>(), ["pytest", "ruff"]);
    }
}
