//! Every Rust file says on its first line what it is for.

use crate::tidy::Fault;
use crate::tree::Tree;

/// Files whose first line is no `//!`.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let lacks = |text: &str| !text.lines().next().is_some_and(|line| line.starts_with("//!"));
    let files = tree.rust_files().filter(|file| lacks(&file.text));
    files.map(|file| Fault::at(&file.path, 1, "begin the file with a `//!` line that says what it is for")).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::fixture::files;

    #[test]
    fn a_file_without_heading_is_told() {
        let tree = files(&[("a.rs", "//! What it is for.\n"), ("b.rs", "use x;\n"), ("c.rs", ""), ("d.md", "# D\n")]);
        let paths: Vec<_> = check(&tree).into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, ["b.rs", "c.rs"]);
    }
}
