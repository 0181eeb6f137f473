//! The labels of a corpus.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// One labelled step.
#[derive(Clone, Debug)]
pub struct Label {
    /// 1-based.
    pub line: u32,
    /// `command`, `check`, `wait`, `approve`, `notify`, `manual`.
    pub kind: String,
    /// `expects`, `placeholder`, …
    pub notes: Vec<String>,
}

/// Names of all labelled runbooks, sorted.
pub fn names(dir: &Path) -> Result<Vec<String>> {
    let labels = dir.join("labels");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&labels).with_context(|| format!("list {}", labels.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix(".tsv")
            && !name.ends_with(".facts")
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The runbook that a name labels.
pub fn runbook(dir: &Path, name: &str) -> Result<PathBuf> {
    for folder in ["public", "seeds", "."] {
        let path = dir.join(folder).join(format!("{name}.md"));
        if path.is_file() {
            return Ok(path);
        }
    }
    bail!("no runbook for labels/{name}.tsv: put {name}.md into `public` or `seeds`")
}

/// The labels of one runbook.
pub fn read(dir: &Path, name: &str) -> Result<Vec<Label>> {
    let path = dir.join("labels").join(format!("{name}.tsv"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let mut labels = Vec::new();
    for (index, row) in text.lines().enumerate() {
        if row.trim().is_empty() || row.starts_with('#') {
            continue;
        }
        let mut fields = row.split('\t');
        let line = fields.next().unwrap_or_default();
        let line = line
            .trim()
            .parse()
            .with_context(|| format!("{}:{}: the first field is a line number", path.display(), index + 1))?;
        let kind = fields.next().unwrap_or_default().trim().to_owned();
        let notes = fields.flat_map(str::split_whitespace).map(str::to_owned).collect();
        labels.push(Label { line, kind, notes });
    }
    Ok(labels)
}
