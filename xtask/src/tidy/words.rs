//! Words that have no place in the repository: unfinished work, and paths of somebody's own machine.

use std::sync::LazyLock;

use regex::Regex;

use crate::tidy::Fault;
use crate::tree::{File, Tree};

/// Expression, what is wrong with it, and whether it counts in Rust code alone.
type Ban = (Regex, &'static str, bool);

/// The expressions are put together from pieces so that this file does not hold what it forbids.
static BANS: LazyLock<Vec<Ban>> = LazyLock::new(|| {
    let ban = |pieces: [&str; 2], what, code_only| {
        (Regex::new(&pieces.concat()).expect("the expression is one of ours"), what, code_only)
    };
    vec![
        ban(["\\btodo", "!\\s*[(\\[{]"], "unfinished: do it or leave it out", true),
        ban(["\\bunimplemented", "!\\s*[(\\[{]"], "unfinished: do it or leave it out", true),
        ban(["\\bFIX", "ME\\b"], "unfinished: fix it, or file an issue", false),
        ban(["#\\[ig", "nore"], "a test that never runs proves nothing: sample it, or move it to soak", true),
        ban(
            ["(^|[\\s\"'`(=:])/wo", "rk/"],
            "a path of one machine: use a path from the root, or a temporary folder",
            false,
        ),
        ban(["(^|[\\s\"'`(=:])/home/[a-z]", "+/"], "a path of one machine: use a path from the root", false),
    ]
});

/// Recorded runbooks and licence texts are others' words.
fn is_ours(file: &File) -> bool {
    !file.path.starts_with("LICENSE") && file.path != "Cargo.lock"
}

/// Places with such a word.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in tree.files.iter().filter(|file| is_ours(file)) {
        let code = file.path.ends_with(".rs");
        let bans: Vec<&Ban> = BANS.iter().filter(|(_, _, code_only)| code || !code_only).collect();
        for (number, line) in file.text.lines().enumerate() {
            for (expression, what, _) in &bans {
                if let Some(found) = expression.find(line) {
                    let what = format!("`{}`: {what}", found.as_str().trim());
                    faults.push(Fault::at(&file.path, number + 1, what));
                }
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::fixture::files;

    #[test]
    fn unfinished_work_is_told() {
        let macros = ["to", "do!()"].concat();
        let note = ["// FIX", "ME later"].concat();
        let skipped = ["#[ig", "nore]"].concat();
        let tree = files(&[("a.rs", &format!("{macros}\n{note}\n{skipped}\n"))]);
        assert_eq!(check(&tree).iter().map(|fault| fault.line).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn paths_of_a_machine_are_told() {
        let path = ["cd /wo", "rk/main"].concat();
        assert_eq!(check(&files(&[("guide.md", &path)])).len(), 1);
        assert_eq!(check(&files(&[("guide.md", "see docs/work/plan.md and https://host/work/1")])), []);
    }

    #[test]
    fn words_in_prose_may_speak_of_macros() {
        let text = ["no `to", "do!()` is left"].concat();
        assert_eq!(check(&files(&[("CONTRIBUTING.md", &text)])), []);
    }
}
