//! Every diagnostic code has its manual page and a test that provokes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::tidy::Fault;
use crate::tree::{File, Tree};

const PAGES: &str = "crates/core/diag/codes/";

static MADE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bCode\((\d{1,4})\)").expect("the expression is ours"));
static NAMED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bCS(\d{4})\b").expect("the expression is ours"));

/// Codes that are made, with the place of the first making.
fn made(tree: &Tree) -> BTreeMap<u16, (String, usize)> {
    let mut codes = BTreeMap::new();
    for file in tree.rust_files().filter(|file| file.path.starts_with("crates/core/")) {
        for (number, line) in before_tests(&file.text).lines().enumerate() {
            for found in MADE.captures_iter(line) {
                if let Ok(code) = found[1].parse() {
                    codes.entry(code).or_insert_with(|| (file.path.clone(), number + 1));
                }
            }
        }
    }
    codes
}

fn before_tests(text: &str) -> &str {
    text.find("#[cfg(test)]").map_or(text, |at| &text[..at])
}

/// The part of a file that is tests: all of it below a `tests` folder.
fn tests_of(file: &File) -> &str {
    if file.path.contains("/tests/") || file.path.ends_with("tests.rs") {
        return &file.text;
    }
    file.text.find("#[cfg(test)]").map_or("", |at| &file.text[at..])
}

/// Codes named in tests: in Rust tests, and in the recorded expectations beside them.
fn tested(tree: &Tree) -> BTreeSet<u16> {
    let rust = tree.rust_files().map(tests_of);
    let recorded = tree.files.iter().filter(|file| !file.path.ends_with(".rs") && file.path.contains("/tests/"));
    let texts = rust.chain(recorded.map(|file| file.text.as_str()));
    let codes = |text| {
        let named = NAMED.captures_iter(text).chain(MADE.captures_iter(text));
        named.filter_map(|found| found[1].parse().ok()).collect::<Vec<u16>>()
    };
    texts.flat_map(codes).collect()
}

/// Codes without page or test, and pages without code.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let (made, tested) = (made(tree), tested(tree));
    let mut faults = Vec::new();
    for (code, (path, line)) in &made {
        let page = format!("{PAGES}CS{code:04}.md");
        if tree.file(&page).is_none() {
            faults.push(Fault::at(path, *line, format!("CS{code:04} has no page: write {page}")));
        }
        if !tested.contains(code) {
            faults.push(Fault::at(path, *line, format!("no test names CS{code:04}: provoke it in one")));
        }
    }
    for file in tree.files.iter().filter(|file| file.path.starts_with(PAGES)) {
        let code = file.path[PAGES.len()..].strip_prefix("CS").and_then(|rest| rest.strip_suffix(".md"));
        if !code.and_then(|code| code.parse().ok()).is_some_and(|code: u16| made.contains_key(&code)) {
            faults.push(Fault::of(&file.path, "this page belongs to no code that is made"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::fixture::files;

    #[test]
    fn a_code_needs_page_and_test() {
        let source = "//! D.\nlet a = Code(1);\nlet b = Code(2);\n#[cfg(test)]\nmod tests { check(\"CS0001\") }\n";
        let tree = files(&[
            ("crates/core/runbook/src/d.rs", source),
            ("crates/core/diag/codes/CS0001.md", "# CS0001"),
            ("crates/core/diag/codes/CS0009.md", "# CS0009"),
        ]);
        let found: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        let expected = [
            "crates/core/runbook/src/d.rs:3: CS0002 has no page: write crates/core/diag/codes/CS0002.md",
            "crates/core/runbook/src/d.rs:3: no test names CS0002: provoke it in one",
            "crates/core/diag/codes/CS0009.md: this page belongs to no code that is made",
        ];
        assert_eq!(found, expected);
    }
}
