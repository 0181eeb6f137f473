//! Every action stands in the contract suite: what can hurt production passes the same proofs.

use crate::tidy::Fault;
use crate::tree::Tree;

const ACTIONS: &str = "crates/adapters/actions/src/";
const SUITE: &str = "crates/test/contract/";

/// The module name of an action's file; `lib.rs` and what lies deeper (an action's parts) are none.
fn action_name(path: &str) -> Option<&str> {
    let name = path.strip_prefix(ACTIONS)?.strip_suffix(".rs")?;
    (name != "lib" && !name.contains('/')).then_some(name)
}

/// Actions that no file of the contract suite names.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let suite: Vec<&str> =
        tree.rust_files().filter(|file| file.path.starts_with(SUITE)).map(|file| file.text.as_str()).collect();
    let mut faults = Vec::new();
    for file in tree.rust_files() {
        let Some(name) = action_name(&file.path) else { continue };
        // A file that defines no public act is a part of the others.
        let acts = file.text.contains("impl Action for") || file.text.contains("pub fn perform");
        let proved = suite.iter().any(|text| names(text, name));
        if acts && !proved {
            faults.push(Fault::of(&file.path, format!("the contract suite ({SUITE}) does not name `{name}`")));
        }
    }
    faults
}

/// Whether `word` stands in `text` as a path's part: `notify::` or `actions::notify`.
fn names(text: &str, word: &str) -> bool {
    text.contains(&format!("{word}::")) || text.contains(&format!("::{word}"))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::fixture::files;

    #[test]
    fn an_action_outside_the_suite_is_told() {
        let tree = files(&[
            ("crates/adapters/actions/src/lib.rs", "//! A.\npub fn perform() {}\n"),
            ("crates/adapters/actions/src/notify.rs", "//! N.\npub fn perform() {}\n"),
            ("crates/adapters/actions/src/wait.rs", "//! W.\npub fn perform() {}\n"),
            ("crates/test/contract/src/actions.rs", "//! Suite.\nuse callsheet_actions::notify;\n"),
        ]);
        let paths: Vec<_> = check(&tree).into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, ["crates/adapters/actions/src/wait.rs"]);
    }
}
