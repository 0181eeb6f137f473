//! ARCHITECTURE.md's code map names every crate's folder, and no folder that is gone.

use crate::tidy::Fault;
use crate::tree::Tree;

const DOCUMENT: &str = "ARCHITECTURE.md";

/// Crates missing from the map, and rows of the map without a crate.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let Some(file) = tree.file(DOCUMENT) else {
        return vec![Fault::of(DOCUMENT, "there is none")];
    };
    let mapped: Vec<(usize, &str)> = rows(&file.text).collect();
    let mut faults = Vec::new();
    for package in &tree.packages {
        if !mapped.iter().any(|&(_, folder)| folder == package.folder) {
            faults.push(Fault::of(DOCUMENT, format!("the code map lacks a row for `{}`", package.folder)));
        }
    }
    for (line, folder) in mapped {
        if !tree.packages.iter().any(|package| package.folder == folder) {
            faults.push(Fault::at(DOCUMENT, line, format!("`{folder}` is no crate of the workspace")));
        }
    }
    faults
}

/// Table rows whose first cell is a crate's folder in backticks: (line, folder).
fn rows(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter_map(|(number, line)| {
        let folder = line.strip_prefix("| `")?.split_once('`')?.0;
        let of_crate = folder == "xtask" || folder.starts_with("crates/") || folder.starts_with("fleet/");
        of_crate.then_some((number + 1, folder))
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::fixture::{files, package};

    #[test]
    fn map_and_crates_agree() {
        let mut tree = files(&[("ARCHITECTURE.md", "| `crates/core/base` | ids |\n| `crates/core/gone` | ? |\n")]);
        tree.packages =
            vec![package("base", "crates/core/base", &[], &[]), package("new", "crates/core/new", &[], &[])];
        let found: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        let expected = [
            "ARCHITECTURE.md: the code map lacks a row for `crates/core/new`",
            "ARCHITECTURE.md:2: `crates/core/gone` is no crate of the workspace",
        ];
        assert_eq!(found, expected);
    }
}
