//! Makes the checks before a release: asks Git, runs the project's own commands, reads files and reports.
//!
//! Nothing is changed but what the project's commands change themselves. Judging is `callsheet-preflight`'s.

mod command;
mod files;
mod front_end;
mod git;
mod reports;

use std::path::{Path, PathBuf};

use callsheet_preflight::{Check, Finding, api_document, changelog, git as commit, pinned, test_report};

pub use command::Echo;
use files::Folder;

/// Where the checks are made, and for what.
#[derive(Debug)]
pub struct Preflight<'a> {
    folder: Folder,
    release: Option<String>,
    echo: &'a dyn Echo,
}

impl<'a> Preflight<'a> {
    /// For the project in `folder`, about to go out as `release`; what its commands print goes to `echo` as it comes.
    pub fn new(folder: &Path, release: Option<&str>, echo: &'a dyn Echo) -> Preflight<'a> {
        Preflight { folder: Folder::new(folder), release: release.map(str::to_owned), echo }
    }

    /// Makes one check. Takes as long as what it runs.
    pub fn make(&self, check: &Check) -> Finding {
        let release = self.release.as_deref();
        match check {
            Check::CleanTree => self.of_tree(commit::clean_tree),
            Check::Branch(name) => self.of_tree(|tree| commit::branch(tree, name)),
            Check::Tag(name) => self.of_tree(|tree| commit::tag(tree, name.as_deref(), release)),
            Check::Changelog => self.changelog(),
            Check::Readme => self.readme(),
            Check::ApiDocs(path) => self.api_document(path.as_deref()),
            Check::Pinned => match git::tracked(self.folder.path()) {
                Ok(paths) => self.pinned(paths),
                Err(finding) => *finding,
            },
            Check::Command(kind, line) => command::check(&self.folder, *kind, line.as_deref(), self.echo),
            Check::Coverage { least, report } => reports::coverage(&self.folder, *least, report.as_deref()),
            Check::Audit { from, report } => reports::audit(&self.folder, *from, report.as_deref(), self.echo),
            Check::TestReport(path) => match self.folder.text(path) {
                Ok(text) => test_report::judge(path, &text),
                Err(error) => unreadable(path, &error),
            },
            Check::FrontEnd(folder) => front_end::check(&self.folder, folder.as_deref()),
        }
    }

    fn of_tree(&self, judge: impl FnOnce(&commit::Tree) -> Finding) -> Finding {
        match git::tree(self.folder.path()) {
            Ok(tree) => judge(&tree),
            Err(finding) => *finding,
        }
    }

    fn changelog(&self) -> Finding {
        let Some(release) = &self.release else {
            return Finding::unknown("no release was named").hint("say which: `--release 1.2.3`");
        };
        match self.folder.first(&["CHANGELOG.md", "CHANGES.md", "HISTORY.md", "docs/CHANGELOG.md", "CHANGELOG"]) {
            Some((path, Ok(text))) => changelog::judge(&path, &text, release),
            Some((path, Err(error))) => unreadable(&path, &error),
            None => {
                Finding::failed("there is no CHANGELOG.md").hint("write one: what a user would notice, newest first")
            }
        }
    }

    fn readme(&self) -> Finding {
        match self.folder.first(&["README.md", "README.rst", "README.txt", "README"]) {
            Some((path, Ok(text))) => match text.lines().filter(|line| !line.trim().is_empty()).count() {
                lines @ 0..3 => {
                    Finding::failed(format!("{path} has {lines} lines")).hint("say what it is and how to begin")
                }
                lines => Finding::passed(format!("{path} is there")).evidence(format!("{lines} lines")),
            },
            Some((path, Err(error))) => unreadable(&path, &error),
            None => Finding::failed("there is no README").hint("write README.md: what it is and how to begin"),
        }
    }

    fn api_document(&self, path: Option<&str>) -> Finding {
        let names: Vec<&str> = path.map_or(api_document::USUAL.to_vec(), |path| vec![path]);
        match self.folder.first(&names) {
            Some((path, Ok(text))) => api_document::judge(&path, &text, self.release.as_deref()),
            Some((path, Err(error))) => unreadable(&path, &error),
            None => Finding::failed(format!("there is none of {}", names.join(", ")))
                .hint("generate it, and name it: `api-docs=docs/openapi.json`"),
        }
    }

    fn pinned(&self, paths: Vec<PathBuf>) -> Finding {
        let mut texts = std::collections::BTreeMap::new();
        for path in paths.iter().filter_map(|path| path.to_str()).filter(|path| pinned::wants(path)) {
            match self.folder.text(path) {
                Ok(text) => drop(texts.insert(path.to_owned(), text)),
                Err(error) => return unreadable(path, &error),
            }
        }
        pinned::judge(&texts)
    }
}

fn unreadable(path: &str, error: &std::io::Error) -> Finding {
    Finding::unknown(format!("cannot read {path}")).evidence(error.to_string())
}
