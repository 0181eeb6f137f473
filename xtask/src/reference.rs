//! The reference pages are made by the program itself; the ones checked in must be those that it makes now.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::stages::run;
use crate::tree::{root, target_folder};

/// Makes the pages anew beside the checkout and compares.
pub fn check() -> anyhow::Result<()> {
    let fresh = tempfile::tempdir().context("cannot make a temporary folder")?;
    let program = target_folder()?.join("debug/callsheet");
    run(Command::new(&program).arg("generate-reference").arg(fresh.path()))?;
    let differing = differences(&pages(&root().join("docs/reference"))?, &pages(fresh.path())?);
    if !differing.is_empty() {
        let list = differing.join(", ");
        bail!(
            "docs/reference is not what the program says now ({list}): run `callsheet generate-reference docs/reference`"
        );
    }
    Ok(())
}

/// Names of pages that are missing, left over or different.
fn differences(checked_in: &BTreeMap<String, String>, made: &BTreeMap<String, String>) -> Vec<String> {
    let names = checked_in.keys().chain(made.keys());
    let mut differing: Vec<String> = names.filter(|name| checked_in.get(*name) != made.get(*name)).cloned().collect();
    differing.sort();
    differing.dedup();
    differing
}

fn pages(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut pages = BTreeMap::new();
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("cannot list {}", folder.display()))?.path();
        if path.is_file() {
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            pages.insert(path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text);
        }
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::differences;

    #[test]
    fn missing_left_over_and_changed_pages_are_told() {
        let pages = |list: &[(&str, &str)]| list.iter().map(|&(a, b)| (a.to_owned(), b.to_owned())).collect();
        let checked_in = pages(&[("a.md", "1"), ("b.md", "1"), ("old.md", "1")]);
        let made = pages(&[("a.md", "1"), ("b.md", "2"), ("new.md", "1")]);
        assert_eq!(differences(&checked_in, &made), ["b.md", "new.md", "old.md"]);
    }
}
