//! Branches and tags, read from Git's folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use callsheet_rot::Answer;

use crate::repository::Repository;

/// Whether the clone has a branch or tag.
pub(crate) fn reference(name: &str, repository: &Repository) -> Answer {
    if repository.find(None, name).is_some() {
        return Answer::There;
    }
    let Some(folder) = git_folder(repository.root()) else {
        return Answer::Unknown("this is no Git repository".to_owned());
    };
    if folder.join("shallow").exists() {
        return Answer::Unknown("the clone is shallow".to_owned());
    }
    let names = names(&folder);
    let there = names.contains(name)
        || name.starts_with("refs/")
        || names.iter().any(|one| one.split_once('/').is_some_and(|(_, branch)| branch == name));
    Answer::there_if(there, names)
}

/// The folder that holds branches and tags: of a linked worktree, that of the main one.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let at = root.ancestors().map(|folder| folder.join(".git")).find(|path| path.exists())?;
    if at.is_dir() {
        return Some(at);
    }
    let text = fs::read_to_string(&at).ok()?;
    let own = at.parent()?.join(text.trim().strip_prefix("gitdir:")?.trim());
    match fs::read_to_string(own.join("commondir")) {
        Ok(common) => Some(own.join(common.trim())),
        Err(_) => Some(own),
    }
}

/// Short names: `main`, `release-1`, `origin/main`.
fn names(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for kind in ["heads", "tags", "remotes"] {
        list(&folder.join("refs").join(kind), "", &mut found);
    }
    let packed = fs::read_to_string(folder.join("packed-refs")).unwrap_or_default();
    for line in packed.lines().filter(|line| !line.starts_with(['#', '^'])) {
        let name = line.split_once(' ').map_or("", |(_, name)| name);
        let short = ["refs/heads/", "refs/tags/", "refs/remotes/"].iter().find_map(|kind| name.strip_prefix(kind));
        found.extend(short.map(str::to_owned));
    }
    found
}

fn list(folder: &Path, before: &str, found: &mut BTreeSet<String>) {
    // A kind that has no folder has no names.
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &format!("{name}/"), found);
        } else {
            found.insert(name);
        }
    }
}
