//! Finds and reads runbook files.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use callsheet_diag::SourceText;

use crate::failure::Failure;

/// Folders that hold no runbooks of the team's own.
const SKIPPED: [&str; 5] = ["node_modules", "target", "vendor", "dist", "build"];

/// Where the command was called.
pub fn current_folder() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| Failure::environment("cannot tell the current folder").because(&error))
}

/// Reads one file.
pub fn load(path: &Path) -> Result<SourceText, Failure> {
    let bytes = fs::read(path).map_err(|error| {
        let failure = Failure::user(format!("cannot read the runbook `{}`", path.display())).because(&error);
        match (error.kind(), path.to_string_lossy().contains('#')) {
            (std::io::ErrorKind::NotFound, true) => {
                failure.hint("name the procedure after the file: `FILE.md#procedure`")
            }
            (std::io::ErrorKind::NotFound, false) => failure.hint("`callsheet check .` lists the runbooks here"),
            _ => failure,
        }
    })?;
    Ok(SourceText::from_bytes(path.to_string_lossy(), &bytes))
}

/// The files as named, and for each folder the Markdown files in it and below, sorted.
pub fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut found = Vec::new();
            search(path, &mut found)?;
            if found.is_empty() {
                return Err(Failure::user(format!("`{}` holds no Markdown file", path.display())));
            }
            found.sort();
            files.extend(found);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// Adds every Markdown file under `folder`; hidden folders, links to folders and folders of others' code are passed over.
pub fn search(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let wrap = |error: std::io::Error| {
        Failure::environment(format!("cannot list the folder `{}`", folder.display())).because(&error)
    };
    for entry in fs::read_dir(folder).map_err(wrap)? {
        let entry = entry.map_err(wrap)?;
        let name = entry.file_name();
        let kind = entry.file_type().map_err(wrap)?;
        let path = if folder == Path::new(".") { PathBuf::from(&name) } else { folder.join(&name) };
        if kind.is_dir() {
            if !name.to_string_lossy().starts_with('.') && !SKIPPED.iter().any(|skipped| name == *skipped) {
                search(&path, found)?;
            }
        } else if is_markdown(&path) && path.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

fn is_markdown(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    matches!(extension.as_str(), "md" | "markdown" | "mdx")
}
