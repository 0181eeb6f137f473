//! Files, links, procedures, and what scripts understand.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use callsheet_rot::defined;
use callsheet_rot::{Answer, Claimed, FileRole};

use crate::repository::Repository;

/// A file that a command names.
pub(crate) fn file(path: &str, folder: Option<&str>, role: FileRole, repository: &Repository) -> Answer {
    if let Some(found) = repository.find(folder, path) {
        let executable = || found.metadata().is_ok_and(|about| about.permissions().mode() & 0o111 != 0);
        return match role {
            FileRole::Folder if !found.is_dir() => Answer::gone(),
            FileRole::Started if found.is_file() && !executable() => Answer::gone_seen("not executable"),
            _ => Answer::There,
        };
    }
    let Some(folder) = folder else {
        return Answer::Unknown("nobody can tell in which folder the step stands".to_owned());
    };
    if !repository.at("", folder).is_dir() {
        return Answer::Unknown(format!("the step's folder `{folder}` is gone"));
    }
    let first = path.trim_start_matches("./").split('/').next().unwrap_or_default();
    if role == FileRole::Mentioned
        && !repository.bases(Some(folder)).iter().any(|base| repository.at(base, first).is_dir())
    {
        return Answer::Unknown("it does not look like a path of this repository".to_owned());
    }
    if repository.bases(Some(folder)).iter().any(|base| repository.ignores(&repository.at(base, path))) {
        return Answer::Unknown("`.gitignore` leaves it out: it is made when it is needed".to_owned());
    }
    Answer::gone_near(repository.files())
}

/// Where a link leads.
pub(crate) fn link(path: &str, anchor: Option<&str>, repository: &Repository) -> Answer {
    let target = match path.strip_prefix('/') {
        _ if path.is_empty() => repository.runbook().to_owned(),
        Some(rooted) => repository.root().join(rooted),
        None => repository.runbook().parent().unwrap_or(repository.root()).join(path),
    };
    // Site generators leave the ending out.
    let with_ending = target.with_added_extension("md");
    let Some(target) = [target, with_ending].into_iter().find(|target| target.exists()) else {
        let missing = Box::new(Claimed::Link { path: path.to_owned(), anchor: None });
        return Answer::GoneBelow(missing, repository.files().to_vec());
    };
    let (Some(anchor), true) = (anchor, is_markdown(&target)) else { return Answer::There };
    let Some(text) = repository.text(&target) else {
        return Answer::Unknown(format!("`{path}` cannot be read"));
    };
    let anchors = defined::anchors(&text);
    // `#L10` and `#L10-L20` name lines.
    let line = anchor.strip_prefix('L').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    Answer::there_if(line || anchors.contains(&anchor.to_lowercase()), anchors)
}

fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "md" || ending == "markdown" || ending == "mdx")
}

/// A procedure that a command names.
pub(crate) fn procedure(path: &str, folder: &str, slug: &str, repository: &Repository) -> Answer {
    let Some(file) = repository.find(Some(folder), path) else {
        let missing = Claimed::File { path: path.to_owned(), folder: Some(folder.to_owned()), role: FileRole::Read };
        return Answer::GoneBelow(Box::new(missing), repository.files().to_vec());
    };
    match repository.text(&file) {
        Some(text) => {
            let slugs = defined::procedures(&text);
            Answer::there_if(slugs.contains(slug), slugs)
        }
        None => Answer::Unknown(format!("`{path}` cannot be read")),
    }
}

/// A script's option.
pub(crate) fn script_option(script: &str, folder: Option<&str>, option: &str, repository: &Repository) -> Answer {
    understood(script, folder, option, repository, |script| script.options)
}

/// A script's first word.
pub(crate) fn script_word(script: &str, folder: Option<&str>, word: &str, repository: &Repository) -> Answer {
    understood(script, folder, word, repository, |script| script.words)
}

fn understood(
    script: &str,
    folder: Option<&str>,
    word: &str,
    repository: &Repository,
    pick: impl Fn(defined::Script) -> std::collections::BTreeSet<String>,
) -> Answer {
    let text = repository.find(folder, script).and_then(|file| repository.text(&file));
    let known = text.map(|text| pick(defined::script(&text))).unwrap_or_default();
    if known.is_empty() {
        return Answer::Unknown(format!("what `{script}` understands cannot be read from it"));
    }
    Answer::there_if(known.contains(word), known)
}
