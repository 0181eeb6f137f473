//! Whether a built front end is there, whole and current.

use std::collections::BTreeMap;

use crate::Finding;

/// Folders that are looked for if none is given.
pub const USUAL: [&str; 9] = [
    "dist",
    "build",
    "web/dist",
    "frontend/dist",
    "frontend/build",
    "client/dist",
    "client/build",
    "console/dist",
    "ui/dist",
];

/// A built folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Built {
    /// As shown.
    pub folder: String,
    /// Each file beneath it, `/` between its parts, with its size in bytes.
    pub files: BTreeMap<String, u64>,
    /// The text of `index.html`.
    pub index: Option<String>,
    /// A source that is newer than `index.html`.
    pub newer_source: Option<String>,
}

/// Whether the page and all that it loads from its own folder are there and no source is newer.
pub fn judge(built: &Built) -> Finding {
    let folder = &built.folder;
    let hint = "build it again";
    let Some(index) = &built.index else {
        return Finding::failed(format!("{folder} has no index.html")).hint(hint);
    };
    if let Some(newer) = &built.newer_source {
        return Finding::failed(format!("{folder} is older than its sources"))
            .evidence(format!("{newer} is newer than {folder}/index.html"))
            .hint(hint);
    }
    let loaded = references(index);
    let faults: Vec<String> = loaded.iter().filter_map(|path| missing(path, built)).collect();
    if !faults.is_empty() {
        return Finding::failed(format!("{folder}/index.html loads what is not there")).evidences(faults).hint(hint);
    }
    let bytes: u64 = built.files.values().sum();
    let assets = loaded.iter().filter(|path| is_asset(path));
    let (hashed, plain): (Vec<&String>, Vec<&String>) = assets.partition(|path| is_named_by_content(path));
    let finding =
        Finding::passed(format!("{folder} is whole: {} files, {} KiB", built.files.len(), bytes.div_ceil(1024)));
    let finding = finding.evidence(format!("{folder}/index.html loads {} files of its own", loaded.len()));
    if plain.is_empty() || hashed.is_empty() && loaded.is_empty() {
        return finding;
    }
    let names: Vec<&str> = plain.iter().map(|path| path.as_str()).collect();
    finding.evidence(format!("not named by their content, so caches may keep old ones: {}", names.join(", ")))
}

fn missing(path: &str, built: &Built) -> Option<String> {
    match built.files.get(path) {
        None => Some(format!("{path}: there is no such file")),
        Some(0) => Some(format!("{path}: it is empty")),
        Some(_) => None,
    }
}

/// Paths beneath the folder that `src=` and `href=` name; addresses elsewhere, pages and fragments are none.
fn references(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["src=", "href="] {
        for (at, _) in html.match_indices(name) {
            let before = html[..at].chars().next_back();
            let value = &html[at + name.len()..];
            let quoted = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (Some(quote), true) = (quoted, before.is_some_and(char::is_whitespace)) else { continue };
            let Some(value) = value[1..].split(quote).next() else { continue };
            let path = value.split(['?', '#']).next().unwrap_or_default();
            let scheme = path.split('/').next().is_some_and(|first| first.contains(':'));
            let elsewhere = scheme || value.starts_with("//");
            let file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
            if !elsewhere && file {
                found.push(path.trim_start_matches("./").trim_start_matches('/').to_owned());
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn is_asset(path: &str) -> bool {
    [".js", ".mjs", ".css"].iter().any(|end| path.ends_with(end))
}

/// Whether a file's name holds a digest of its content, as bundlers write it: `index-BkX3a9_1.js`, `main.0f9c2d11.css`: a part of at least
/// eight letters and digits that no word would be.
pub fn is_named_by_content(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let parts = name.split(['.', '-']).skip(1);
    parts.into_iter().any(|part| {
        part.len() >= 8
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && part.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    fn built(index: &str, files: &[(&str, u64)]) -> Built {
        Built {
            folder: "dist".to_owned(),
            files: files.iter().map(|(path, size)| ((*path).to_owned(), *size)).collect(),
            index: Some(index.to_owned()),
            newer_source: None,
        }
    }

    const INDEX: &str = r#"<link rel="icon" href="/icon.svg"><link href='https://fonts.example/a.css'>
        <a href="/about">x</a> <a href="mailto:a@b.example">y</a><script type=module src="./assets/index-BkX3a9_1.js?v=1"></script><script data-src="no.js"></script>"#;

    #[test]
    fn what_the_page_loads_must_be_there() {
        assert_eq!(references(INDEX), ["assets/index-BkX3a9_1.js", "icon.svg"]);
        let whole = judge(&built(INDEX, &[("assets/index-BkX3a9_1.js", 3000), ("icon.svg", 50), ("index.html", 400)]));
        assert_eq!((whole.verdict, whole.what.as_str()), (Verdict::Passed, "dist is whole: 3 files, 4 KiB"));
        let broken = judge(&built(INDEX, &[("icon.svg", 0)]));
        assert_eq!(broken.evidence, ["assets/index-BkX3a9_1.js: there is no such file", "icon.svg: it is empty"]);
    }

    #[test]
    fn a_build_older_than_its_sources_fails() {
        let old = Built { newer_source: Some("src/app.ts".to_owned()), ..built("", &[]) };
        assert_eq!(judge(&old).what, "dist is older than its sources");
        assert_eq!(judge(&Built { folder: "dist".to_owned(), ..Built::default() }).what, "dist has no index.html");
    }

    #[test]
    fn plain_names_are_told() {
        let finding = judge(&built("<script src=\"app.js\"></script>", &[("app.js", 1)]));
        assert!(finding.evidence[1].ends_with("app.js"), "{finding:?}");
        assert!(is_named_by_content("main.0f9c2d11.css") && !is_named_by_content("component-library.js"));
    }
}
