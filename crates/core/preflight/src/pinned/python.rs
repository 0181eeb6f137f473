//! Python: exact versions in requirement files, or a lock file beside the project.

use std::collections::BTreeMap;

use super::{Said, lock_above};

pub(super) const LOCKS: [&str; 5] = ["poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"];

pub(super) fn is_requirements(name: &str) -> bool {
    name.starts_with("requirements") && name.ends_with(".txt")
}

pub(super) fn read_project(path: &str, text: &str, files: &BTreeMap<String, String>) -> Said {
    let mut said = Said::default();
    let Ok(project) = text.parse::<toml::Table>() else {
        said.loose.push(format!("{path}: cannot be read"));
        return said;
    };
    let at = |keys: &[&str]| {
        let found = keys.iter().try_fold(None::<&toml::Value>, |at, key| {
            Some(Some(at.map_or_else(|| project.get(*key), |value| value.get(*key))?))
        });
        match found.flatten() {
            Some(toml::Value::Array(list)) => list.len(),
            Some(toml::Value::Table(table)) => table.len(),
            _ => 0,
        }
    };
    let count = at(&["project", "dependencies"]) + at(&["tool", "poetry", "dependencies"]) + at(&["packages"]);
    if count == 0 {
        return said;
    }
    let has_requirements = files.keys().any(|path| is_requirements(path.rsplit('/').next().unwrap_or(path)));
    match lock_above(path, &LOCKS, files) {
        Some((lock, _)) => said.pinned.push(format!("{path}: {count} direct dependencies by {lock}")),
        // Their lines are judged by themselves.
        None if has_requirements => {}
        None => said.loose.push(format!("{path}: none of {} is committed", LOCKS.join(", "))),
    }
    said
}

/// A line is pinned by `==`, `===`, a hash, or a commit: see pip's "Requirements File Format".
pub(super) fn read_requirements(path: &str, text: &str) -> Said {
    let mut said = Said::default();
    let mut pinned = 0;
    let joined = text.replace("\\\n", " ");
    for (at, line) in joined.lines().enumerate() {
        let line = line.split(" #").next().unwrap_or(line).trim();
        if line.is_empty() || line.starts_with('#') || (line.starts_with('-') && !line.starts_with("-e")) {
            continue;
        }
        let exact = line.contains("==") && !line.contains("==*") && !line.contains(".*");
        let commit = line.rsplit_once('@').is_some_and(|(_, reference)| is_commit(reference));
        if exact || commit || line.contains("--hash=") || line.starts_with("-e .") {
            pinned += 1;
        } else {
            said.loose.push(format!("{path}:{}: {line}", at + 1));
        }
    }
    if pinned > 0 {
        said.pinned.push(format!("{path}: {pinned} exact versions"));
    }
    said
}

/// 40 hexadecimal digits, perhaps with `#egg=…` after them.
fn is_commit(reference: &str) -> bool {
    let digits: &str = reference.split('#').next().unwrap_or(reference);
    digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_versions_hashes_and_commits_pin() {
        let text = "# tools\n-r base.txt\nflask==3.0.0\nrequests>=2 # any\nurllib3==2.*\nlib @ git+https://example.com/lib@0123456789012345678901234567890123456789\nwheel \\\n  --hash=sha256:aa\n-e .\n";
        let said = read_requirements("requirements.txt", text);
        assert_eq!(said.loose, ["requirements.txt:4: requests>=2", "requirements.txt:5: urllib3==2.*"]);
        assert_eq!(said.pinned, ["requirements.txt: 4 exact versions"]);
    }

    #[test]
    fn a_project_needs_a_lock() {
        let project = "[project]\nname = \"a\"\ndependencies = [\"flask\"]\n";
        let loose = read_project("pyproject.toml", project, &BTreeMap::new()).loose;
        assert!(loose[0].starts_with("pyproject.toml: none of poetry.lock"), "{loose:?}");
        let files = BTreeMap::from([("uv.lock".to_owned(), String::new())]);
        assert_eq!(read_project("pyproject.toml", project, &files).loose, Vec::<String>::new());
        assert_eq!(read_project("pyproject.toml", "[tool.ruff]\n", &BTreeMap::new()), Said::default());
    }
}
