//! Guesses that somebody looked at: samples, checksums, test data.

use std::str::FromStr;

/// The file of what is allowed: lines of `fingerprint 0123456789ab` and `path tests/*.json`, with comments after `#`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    fingerprints: Vec<String>,
    paths: Vec<String>,
}

/// A line that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not understood: write `fingerprint 0123456789ab` or `path tests/*`")]
pub struct AllowError {
    /// Which, from 1.
    pub line: usize,
}

impl Allowed {
    pub(super) fn holds(&self, path: &str, fingerprint: &str) -> bool {
        self.fingerprints.iter().any(|one| one == fingerprint) || self.paths.iter().any(|pattern| fits(pattern, path))
    }
}

impl FromStr for Allowed {
    type Err = AllowError;

    fn from_str(text: &str) -> Result<Allowed, AllowError> {
        let mut allowed = Allowed::default();
        for (line, text) in (1..).zip(text.lines()) {
            let words: Vec<&str> = text.split('#').next().unwrap_or_default().split_whitespace().collect();
            match words.as_slice() {
                [] => {}
                ["fingerprint", print] if print.len() == 12 => allowed.fingerprints.push((*print).to_owned()),
                ["path", pattern] => allowed.paths.push((*pattern).to_owned()),
                _ => return Err(AllowError { line }),
            }
        }
        Ok(allowed)
    }
}

/// `*` stands for any text, also over folders.
fn fits(pattern: &str, path: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('*') else { return pattern == path };
    let Some(path) = path.strip_prefix(before) else { return false };
    path.char_indices().map(|(at, _)| at).chain([path.len()]).any(|at| fits(rest, &path[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_paths() {
        assert!(fits("tests/*", "tests/a/b.json") && fits("*.lock", "Cargo.lock") && fits("a*c*", "abcd"));
        assert!(!fits("tests/*", "src/tests/a") && !fits("a", "ab"));
    }

    #[test]
    fn a_line_that_is_not_understood_is_named() {
        assert_eq!("path a\n\nallow b\n".parse::<Allowed>(), Err(AllowError { line: 3 }));
    }
}
