//! The files of a repository, read once.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Folders that hold no files of the team's own.
const SKIPPED: [&str; 9] =
    [".git", "node_modules", "target", "vendor", "dist", "build", ".venv", "__pycache__", ".callsheet"];
/// A repository with more files is not searched to its end.
const MOST_FILES: usize = 20_000;
/// Larger files are not read.
const LARGEST: u64 = 1 << 20;

/// A repository, and the runbook in it that is looked at.
#[derive(Debug)]
pub struct Repository {
    root: PathBuf,
    /// The runbook's folder, relative to the root; `None`: it is elsewhere.
    beside: Option<String>,
    runbook: PathBuf,
    files: OnceCell<Vec<String>>,
    ignored: OnceCell<Vec<String>>,
    texts: RefCell<BTreeMap<PathBuf, Option<String>>>,
}

impl Repository {
    /// The repository at `root` with the runbook `runbook`, both absolute.
    pub fn new(root: &Path, runbook: &Path) -> Repository {
        let runbook = without_dots(runbook);
        let root = without_dots(root);
        let beside = runbook.parent().and_then(|folder| folder.strip_prefix(&root).ok());
        Repository {
            beside: beside.map(|folder| folder.to_string_lossy().into_owned()),
            root,
            runbook,
            files: OnceCell::new(),
            ignored: OnceCell::new(),
            texts: RefCell::default(),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn runbook(&self) -> &Path {
        &self.runbook
    }

    /// The path of something relative to the root.
    pub(crate) fn at(&self, folder: &str, path: &str) -> PathBuf {
        without_dots(&self.root.join(folder).join(path))
    }

    /// Where a path that a command names may be: where it stands, in the root, beside the runbook.
    pub(crate) fn bases<'a>(&'a self, folder: Option<&'a str>) -> Vec<&'a str> {
        let mut bases: Vec<&str> = folder.into_iter().chain([""]).chain(self.beside.as_deref()).collect();
        bases.dedup();
        bases
    }

    /// The first of these that exists.
    pub(crate) fn find(&self, folder: Option<&str>, path: &str) -> Option<PathBuf> {
        self.bases(folder).into_iter().map(|base| self.at(base, path)).find(|path| path.exists())
    }

    /// A text file's content; `None`: it cannot be read, or is too large or no text.
    pub(crate) fn text(&self, path: &Path) -> Option<String> {
        let mut texts = self.texts.borrow_mut();
        let read = || {
            let small = fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() <= LARGEST);
            small.then(|| fs::read_to_string(path).ok()).flatten()
        };
        texts.entry(path.to_owned()).or_insert_with(read).clone()
    }

    /// The nearest file of one of these names in `folder` or above it, within the root.
    pub(crate) fn above(&self, folder: &str, names: &[&str]) -> Option<PathBuf> {
        let start = self.at("", folder);
        start
            .ancestors()
            .take_while(|folder| folder.starts_with(&self.root))
            .find_map(|folder| names.iter().map(|name| folder.join(name)).find(|path| path.is_file()))
    }

    /// All files, relative to the root, sorted.
    pub(crate) fn files(&self) -> &[String] {
        self.files.get_or_init(|| {
            let mut found = Vec::new();
            self.list(&self.root, &mut found);
            found.sort();
            found
        })
    }

    fn list(&self, folder: &Path, found: &mut Vec<String>) {
        // A folder that may not be listed holds nothing that could be meant.
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            if found.len() >= MOST_FILES {
                return;
            }
            let Ok(kind) = entry.file_type() else { continue };
            let name = entry.file_name();
            if kind.is_dir() {
                if !SKIPPED.iter().any(|skipped| name == *skipped) {
                    self.list(&entry.path(), found);
                }
            } else if let Ok(relative) = entry.path().strip_prefix(&self.root) {
                found.push(relative.to_string_lossy().into_owned());
            }
        }
    }

    /// Whether `.gitignore` of the root leaves this path out: it is built or filled in, not kept.
    pub(crate) fn ignores(&self, path: &Path) -> bool {
        let Ok(relative) = path.strip_prefix(&self.root) else { return false };
        let relative = relative.to_string_lossy();
        let patterns = self.ignored.get_or_init(|| {
            let text = self.text(&self.root.join(".gitignore")).unwrap_or_default();
            let kept = |line: &&str| !line.is_empty() && !line.starts_with(['#', '!']);
            text.lines().map(str::trim).filter(kept).map(str::to_owned).collect()
        });
        patterns.iter().any(|pattern| ignores(pattern, &relative))
    }
}

/// The common forms of a pattern: a name anywhere, a path from the root, `*` at one end of a name.
fn ignores(pattern: &str, path: &str) -> bool {
    let rooted = pattern.trim_end_matches('/').contains('/');
    let plain = pattern.trim_start_matches("**/").trim_matches('/');
    if rooted && !pattern.starts_with("**/") {
        return path == plain
            || path.strip_prefix(plain.trim_end_matches("/*")).is_some_and(|rest| rest.starts_with('/'));
    }
    path.split('/').any(|name| match plain.split_once('*') {
        None => name == plain,
        Some((start, end)) => name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
    })
}

/// Without `.` and `..`, by the words alone.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::ignores;

    #[test]
    fn common_patterns_are_understood() {
        for (pattern, path) in
            [("dist/", "web/dist/a.js"), ("*.log", "a/b.log"), ("/var", "var/x"), ("a/b", "a/b/c"), (".env", ".env")]
        {
            assert!(ignores(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("/var", "a/var"), ("*.log", "a/log.txt"), ("a/b", "c/a/b")] {
            assert!(!ignores(pattern, path), "{pattern} {path}");
        }
    }
}
