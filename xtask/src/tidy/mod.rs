//! `cargo xtask tidy`: the project's rules as functions over the checkout, one file per rule.

mod actions;
mod changelog;
mod dependencies;
mod diagnostics;
mod heading;
mod layers;
mod length;
mod licences;
mod lockfile;
mod map;
mod purity;
mod words;

use std::fmt;

use anyhow::bail;

use crate::tree::Tree;

/// A place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// File or folder, relative to the root.
    path: String,
    /// 1-based line, where there is one.
    line: Option<usize>,
    /// What is wrong and what to do.
    what: String,
}

impl Fault {
    fn at(path: &str, line: usize, what: impl Into<String>) -> Fault {
        Fault { path: path.to_owned(), line: Some(line), what: what.into() }
    }

    fn of(path: &str, what: impl Into<String>) -> Fault {
        Fault { path: path.to_owned(), line: None, what: what.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}

type Rule = (&'static str, fn(&Tree) -> Vec<Fault>);

const RULES: &[Rule] = &[
    ("layers", layers::check),
    ("purity of core", purity::check),
    ("file headings", heading::check),
    ("file length", length::check),
    ("diagnostics", diagnostics::check),
    ("actions", actions::check),
    ("map of the code", map::check),
    ("dependencies", dependencies::check),
    ("banned crates", lockfile::check),
    ("licences", licences::check),
    ("words", words::check),
    ("changelog", changelog::check),
];

/// Checks every rule and lists every fault.
pub fn run() -> anyhow::Result<()> {
    let tree = Tree::read()?;
    let mut count = 0;
    for (name, check) in RULES {
        let mut faults = check(&tree);
        faults.sort();
        count += faults.len();
        for fault in faults {
            println!("{fault} ({name})");
        }
    }
    if count > 0 {
        bail!("{count} places break the rules of the house");
    }
    println!("{} rules hold in {} files and {} crates", RULES.len(), tree.files.len(), tree.packages.len());
    Ok(())
}

/// Builds small trees for the rules' own tests.
#[cfg(test)]
mod fixture {
    use crate::tree::{Dependency, File, Package, Tree};

    /// A tree of files only.
    pub fn files(files: &[(&str, &str)]) -> Tree {
        let files = files.iter().map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() });
        Tree { files: files.collect(), ..Tree::default() }
    }

    /// A crate in `folder` that depends on `ours` (crates of the workspace) and `others`.
    pub fn package(name: &str, folder: &str, ours: &[&str], others: &[&str]) -> Package {
        let named = |name: &&str, ours| Dependency { name: (*name).to_owned(), dev: false, ours };
        let ours = ours.iter().map(|name| named(name, true));
        let others = others.iter().map(|name| named(name, false));
        Package { name: name.to_owned(), folder: folder.to_owned(), dependencies: ours.chain(others).collect() }
    }
}
