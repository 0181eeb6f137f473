//! Whether a build today and a build tomorrow use the same parts.

mod cargo;
mod image;
mod npm;
mod python;
mod workflow;

use std::collections::BTreeMap;

use crate::Finding;

/// What one file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Said {
    /// What is pinned, a line.
    pinned: Vec<String>,
    /// What is not: `Dockerfile:1: FROM debian has no tag`.
    loose: Vec<String>,
}

/// Whether [`judge`] wants to read a file of the repository.
pub fn wants(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "Cargo.toml" | "package.json" | "pyproject.toml" | "Pipfile")
        || is_lock(name)
        || python::is_requirements(name)
        || image::is_recipe(name)
        || workflow::is_workflow(path)
}

fn is_lock(name: &str) -> bool {
    cargo::LOCKS.contains(&name) || npm::LOCKS.contains(&name) || python::LOCKS.contains(&name)
}

/// `files`: those that Git tracks and [`wants`] asks for, path and text. A lock file that is not tracked pins nothing.
pub fn judge(files: &BTreeMap<String, String>) -> Finding {
    let mut all = Said::default();
    for (path, text) in files {
        let name = path.rsplit('/').next().unwrap_or(path);
        let said = match name {
            "Cargo.toml" => cargo::read(path, text, files),
            "package.json" => npm::read(path, text, files),
            "pyproject.toml" | "Pipfile" => python::read_project(path, text, files),
            name if python::is_requirements(name) => python::read_requirements(path, text),
            name if image::is_recipe(name) => image::read(path, text),
            _ if workflow::is_workflow(path) => workflow::read(path, text),
            _ => Said::default(),
        };
        all.pinned.extend(said.pinned);
        all.loose.extend(said.loose);
    }
    match (all.loose.len(), all.pinned.len()) {
        (0, 0) => Finding::passed("nothing here depends on anything outside"),
        (0, _) => Finding::passed("all that it is built from is pinned").evidences(all.pinned),
        (1, _) => Finding::failed("1 part is not pinned").evidences(all.loose).hint("name an exact version or digest"),
        (count, _) => Finding::failed(format!("{count} parts are not pinned"))
            .evidences(all.loose)
            .hint("commit the lock files, name exact versions or digests"),
    }
}

/// The nearest of `names` in the file's folder or one above it: workspaces have one lock file at their top.
fn lock_above<'a>(path: &str, names: &[&str], files: &'a BTreeMap<String, String>) -> Option<(&'a str, &'a str)> {
    let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    loop {
        let at = |name: &&str| if folder.is_empty() { (*name).to_owned() } else { format!("{folder}/{name}") };
        if let Some((path, text)) = names.iter().find_map(|name| files.get_key_value(&at(name))) {
            return Some((path, text));
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    fn files(list: &[(&str, &str)]) -> BTreeMap<String, String> {
        list.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_lock_file_above_serves_a_whole_workspace() {
        let member = "[dependencies]\nserde = \"1\"\n";
        let whole = files(&[
            ("Cargo.toml", "[workspace]\n"),
            ("Cargo.lock", "[[package]]\nname = \"serde\"\n"),
            ("crates/a/Cargo.toml", member),
        ]);
        assert_eq!(judge(&whole).verdict, Verdict::Passed);
        let loose = files(&[("crates/a/Cargo.toml", member)]);
        assert_eq!(judge(&loose).evidence, ["crates/a/Cargo.toml: no Cargo.lock is committed"]);
    }

    #[test]
    fn each_kind_of_file_is_read() {
        let found = judge(&files(&[
            ("package.json", r#"{"dependencies": {"react": "^19.0.0"}}"#),
            ("requirements.txt", "flask\nrequests==2.32.0\n"),
            ("Dockerfile", "FROM debian\n"),
            (".github/workflows/ci.yml", "    - uses: actions/checkout@main\n"),
        ]));
        assert_eq!(found.what, "4 parts are not pinned");
        assert!(wants("web/package-lock.json") && wants("build/Dockerfile.web") && !wants("src/main.rs"));
    }

    #[test]
    fn nothing_outside_is_no_fault() {
        assert_eq!(judge(&BTreeMap::new()).verdict, Verdict::Passed);
    }
}
