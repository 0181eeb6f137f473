//! Every outside crate has its reason in CONTRIBUTING.md's table, and every one in the workspace's table is used.

use std::collections::BTreeSet;

use crate::tidy::Fault;
use crate::tree::Tree;

const DOCUMENT: &str = "CONTRIBUTING.md";

/// Crates without a reason, reasons without a crate, and crates nobody uses.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let (Some(document), Some(manifest)) = (tree.file(DOCUMENT), tree.file("Cargo.toml")) else {
        return vec![Fault::of(DOCUMENT, "CONTRIBUTING.md or Cargo.toml is missing")];
    };
    let declared = match workspace_dependencies(&manifest.text) {
        Ok(declared) => declared,
        Err(error) => return vec![Fault::of(&manifest.path, format!("is no TOML: {error}"))],
    };
    let explained: BTreeSet<&str> = rows(&document.text).collect();
    let used: BTreeSet<&str> =
        tree.packages.iter().flat_map(|package| &package.dependencies).map(|dependency| &*dependency.name).collect();
    let mut faults = Vec::new();
    for name in &declared {
        if !explained.contains(name.as_str()) {
            faults.push(Fault::of(DOCUMENT, format!("the dependency table lacks a row with the reason for `{name}`")));
        }
        if !used.contains(name.as_str()) {
            faults.push(Fault::of("Cargo.toml", format!("no crate uses `{name}`: take it out of the table")));
        }
    }
    for name in explained.iter().filter(|name| !declared.contains(**name)) {
        faults.push(Fault::of(DOCUMENT, format!("`{name}` is in the dependency table but not in the workspace")));
    }
    for package in &tree.packages {
        for dependency in package.dependencies.iter().filter(|one| !one.ours && !declared.contains(&one.name)) {
            let what = format!("`{}` is not in the workspace's table: declare it there", dependency.name);
            faults.push(Fault::of(&format!("{}/Cargo.toml", package.folder), what));
        }
    }
    faults
}

/// Names in `[workspace.dependencies]` that come from outside.
fn workspace_dependencies(manifest: &str) -> Result<BTreeSet<String>, toml::de::Error> {
    let manifest: toml::Table = manifest.parse()?;
    let table = manifest.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let entries = table.and_then(toml::Value::as_table).into_iter().flatten();
    Ok(entries.filter(|(_, value)| value.get("path").is_none()).map(|(name, _)| name.clone()).collect())
}

/// First cells of the table under the heading "Dependencies".
fn rows(document: &str) -> impl Iterator<Item = &str> {
    let section = document.lines().skip_while(|line| !line.starts_with("## Dependencies")).skip(1);
    let section = section.take_while(|line| !line.starts_with("## "));
    section.filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::fixture::{files, package};

    #[test]
    fn each_crate_has_its_reason_and_use() {
        let manifest = "[workspace.dependencies]\nserde = \"1\"\nregex = \"1\"\nours = { path = \"x\" }\n";
        let document =
            "## Dependencies\n\n| crate | reason |\n| --- | --- |\n| `serde` | a |\n| `old` | b |\n## Next\n";
        let mut tree = files(&[("Cargo.toml", manifest), ("CONTRIBUTING.md", document)]);
        tree.packages = vec![package("a", "crates/core/a", &["ours"], &["serde", "stray"])];
        let found: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        let expected = [
            "CONTRIBUTING.md: the dependency table lacks a row with the reason for `regex`",
            "Cargo.toml: no crate uses `regex`: take it out of the table",
            "CONTRIBUTING.md: `old` is in the dependency table but not in the workspace",
            "crates/core/a/Cargo.toml: `stray` is not in the workspace's table: declare it there",
        ];
        assert_eq!(found, expected);
    }
}
