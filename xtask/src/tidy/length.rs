//! A file has one subject, and so is short.

use crate::tidy::Fault;
use crate::tree::Tree;

/// Longest allowed Rust file, in lines. Most are under 150.
const LONGEST_LINES: usize = 400;

/// Files over the limit.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let counted = tree.rust_files().map(|file| (file, file.text.lines().count()));
    let long = counted.filter(|&(_, lines)| lines > LONGEST_LINES);
    long.map(|(file, lines)| Fault::of(&file.path, format!("{lines} lines, over {LONGEST_LINES}: split it by subject")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::fixture::files;

    #[test]
    fn a_long_file_is_told() {
        let tree = files(&[("a.rs", &"x\n".repeat(400)), ("b.rs", &"x\n".repeat(401)), ("c.md", &"x\n".repeat(900))]);
        let found: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["b.rs: 401 lines, over 400: split it by subject"]);
    }
}
