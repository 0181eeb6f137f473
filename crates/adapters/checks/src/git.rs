//! What Git says, by its own program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use callsheet_preflight::Finding;
use callsheet_preflight::git::{Tree, Upstream};

/// Why Git could not be asked, as a finding; boxed because it is large and rare.
type Answer<T> = Result<T, Box<Finding>>;

/// The working tree's state and its commit.
pub(crate) fn tree(folder: &Path) -> Answer<Tree> {
    let commit = line(folder, &["rev-parse", "HEAD"])?;
    let changes = text(folder, &["status", "--porcelain", "--untracked-files=normal"])?;
    let tags = text(folder, &["tag", "--points-at", "HEAD"])?;
    let branch = line(folder, &["rev-parse", "--abbrev-ref", "HEAD"])?;
    let branch = Some(branch).filter(|branch| branch != "HEAD");
    let upstream = if branch.is_some() { upstream(folder)? } else { None };
    let lines = |text: String| text.lines().map(str::to_owned).collect();
    Ok(Tree { commit, branch, changes: lines(changes), tags: lines(tags), upstream })
}

/// `None`: the branch follows none.
fn upstream(folder: &Path) -> Answer<Option<Upstream>> {
    let branch = text(folder, &["for-each-ref", "--format=%(HEAD)%(upstream:short)", "refs/heads"])?;
    let Some(name) = branch.lines().find_map(|line| line.strip_prefix('*')).filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let counts = line(folder, &["rev-list", "--left-right", "--count", &format!("{name}...HEAD")])?;
    let mut counts = counts.split_whitespace().map(str::parse);
    match (counts.next(), counts.next()) {
        (Some(Ok(behind)), Some(Ok(ahead))) => Ok(Some(Upstream { name: name.to_owned(), behind, ahead })),
        _ => Err(Box::new(Finding::unknown(format!("git does not say how far {name} is away")))),
    }
}

/// Paths that Git tracks, from the folder down.
pub(crate) fn tracked(folder: &Path) -> Answer<Vec<PathBuf>> {
    Ok(text(folder, &["ls-files", "-z"])?.split_terminator('\0').map(PathBuf::from).collect())
}

fn line(folder: &Path, arguments: &[&str]) -> Answer<String> {
    Ok(text(folder, arguments)?.trim().to_owned())
}

fn text(folder: &Path, arguments: &[&str]) -> Answer<String> {
    let spoken = format!("git {}", arguments.join(" "));
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        // A question must not take Git's lock from somebody who works there.
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            Box::new(Finding::unknown("git cannot be run").evidence(error.to_string()).hint("install git"))
        })?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Box::new(Finding::unknown("git does not answer").evidence(format!("{spoken}: {words}"))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
