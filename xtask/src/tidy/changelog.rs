//! What users would notice is in CHANGELOG.md before it is released.

use crate::tidy::Fault;
use crate::tree::Tree;

/// A changelog that is missing, or has no section for what comes next.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let Some(file) = tree.file("CHANGELOG.md") else {
        return vec![Fault::of("CHANGELOG.md", "there is none")];
    };
    if file.text.lines().any(|line| line.starts_with("## ") && line.contains("Unreleased")) {
        return Vec::new();
    }
    vec![Fault::of(&file.path, "has no section `## Unreleased`")]
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::fixture::files;

    #[test]
    fn unreleased_must_have_its_section() {
        assert_eq!(check(&files(&[("CHANGELOG.md", "# Changelog\n\n## Unreleased\n")])), []);
        assert_eq!(check(&files(&[("CHANGELOG.md", "# Changelog\n\n## 0.1.0\n")])).len(), 1);
        assert_eq!(check(&files(&[])).len(), 1);
    }
}
