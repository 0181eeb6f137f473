//! The layouts in which teams keep migration files, recognised from names and contents.

mod assemble;
mod flyway;
mod fresh;
mod one_way;
mod pairs;
mod sections;

use serde::Serialize;

use crate::{Engine, Finding, Revision, Script, Set};

pub use fresh::new_files;

/// A file of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path as the user named the folder, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// How migration files are named and cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// `0007_name.up.sql` and `0007_name.down.sql`: our own, golang-migrate's, sqlx's with `-r`.
    Pairs,
    /// `0007_name.sql` with no way down: sqlx's without `-r`.
    OneWay,
    /// `0007_name.sql` with `-- migrate:up` and `-- migrate:down` inside: dbmate's.
    Sections,
    /// `V7__name.sql`, and `U7__name.sql` for the way down: Flyway's.
    Flyway,
}

/// A script found in a file.
struct Part {
    revision: Revision,
    name: String,
    down: bool,
    script: Script,
}

/// What a file turned out to hold.
enum Read {
    Parts(Vec<Part>),
    Wrong(Finding),
}

impl Layout {
    /// In words.
    pub fn describe(self) -> &'static str {
        match self {
            Layout::Pairs => "pairs of .up.sql and .down.sql",
            Layout::OneWay => "one file for each revision, without a way down (sqlx)",
            Layout::Sections => "one file for each revision with `-- migrate:up` and `-- migrate:down` (dbmate)",
            Layout::Flyway => "V and U files (Flyway)",
        }
    }

    fn of(file: &File) -> Option<Layout> {
        let name = base_name(&file.path);
        if flyway::fits(name) {
            return Some(Layout::Flyway);
        }
        if name.ends_with(".up.sql") || name.ends_with(".down.sql") {
            return Some(Layout::Pairs);
        }
        numbered(name.strip_suffix(".sql")?)?;
        Some(if sections::fits(&file.text) { Layout::Sections } else { Layout::OneWay })
    }
}

impl Set {
    /// Reads the folder's `.sql` files. Never fails: what is wrong is in the findings.
    pub fn read(mut files: Vec<File>, engine: Engine) -> Set {
        files.retain(|file| file.path.ends_with(".sql"));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut findings = Vec::new();
        let layout = common(&files, &mut findings);
        let mut parts = Vec::new();
        for file in &files {
            match (Layout::of(file), layout) {
                (Some(its), Some(layout)) if its == layout => match read(file, layout) {
                    Read::Parts(found) => parts.extend(found),
                    Read::Wrong(finding) => findings.push(finding),
                },
                (Some(_), _) => {}
                (None, _) => findings.push(unknown(file)),
            }
        }
        let mut set = assemble::assemble(layout, parts, findings, engine);
        set.findings.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        set
    }
}

fn read(file: &File, layout: Layout) -> Read {
    match layout {
        Layout::Pairs => pairs::read(file),
        Layout::OneWay => one_way::read(file),
        Layout::Sections => sections::read(file),
        Layout::Flyway => flyway::read(file),
    }
}

/// The layout that most files have; the others are findings.
fn common(files: &[File], findings: &mut Vec<Finding>) -> Option<Layout> {
    let of: Vec<(&File, Layout)> = files.iter().filter_map(|file| Some((file, Layout::of(file)?))).collect();
    let count = |layout: Layout| of.iter().filter(|(_, its)| *its == layout).count();
    let known = [Layout::Pairs, Layout::Sections, Layout::Flyway, Layout::OneWay];
    let layout = known
        .into_iter()
        .max_by_key(|layout| (count(*layout), *layout != Layout::OneWay))
        .filter(|layout| count(*layout) > 0)?;
    for (file, other) in of.iter().filter(|(_, its)| *its != layout) {
        let what = format!("this file's layout is {}; the other files' is {}", other.describe(), layout.describe());
        let hint = "keep one layout in a folder: rename this file, or move it to a folder of its own";
        findings.push(Finding::error("mixed-layouts", &file.path, 0, what, hint));
    }
    Some(layout)
}

fn unknown(file: &File) -> Finding {
    let what = "this file's name has no revision, so it is not run";
    let hint = "name it `0007_what_it_does.up.sql`, or move it out of this folder";
    Finding::warning("unknown-file", &file.path, 0, what, hint)
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `0007_name` or `0007`: the revision and the name.
fn numbered(stem: &str) -> Option<(Revision, String)> {
    let digits = stem.find(|c: char| !c.is_ascii_digit()).unwrap_or(stem.len());
    let rest = &stem[digits..];
    let named = rest.strip_prefix('_').or_else(|| rest.strip_prefix('-')).or_else(|| rest.strip_prefix('.'));
    let revision = Revision::parse(&stem[..digits])?;
    match (rest, named) {
        ("", _) => Some((revision, String::new())),
        (_, Some(name)) => Some((revision, name.to_owned())),
        (_, None) => None,
    }
}

#[cfg(test)]
mod tests;
