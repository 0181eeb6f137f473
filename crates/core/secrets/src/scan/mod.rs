//! Searching what is written already: known values in every form, what looks like a credential, and what looks random.

mod allow;
mod entropy;

use callsheet_redact::{RedactionSet, find, find_values};
use sha2::{Digest as _, Sha256};

pub use allow::{AllowError, Allowed};

/// One find. It tells where and what, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Byte offset of its first byte.
    pub at: usize,
    /// The line, from 1; in bytes that are no text, lines are what ends in a line feed.
    pub line: usize,
    /// The secret's name, or what it looks like (`jwt`, `random`).
    pub what: String,
    /// What a guess can be allowed by. A known value has none: it is never allowed.
    pub fingerprint: Option<String>,
}

/// Looks through `bytes` of `path`. Guesses are left out where `allowed` says so.
pub fn look(set: &RedactionSet, path: &str, bytes: &[u8], allowed: &Allowed) -> Vec<Found> {
    let text = !bytes.contains(&0);
    let found = find(set, bytes);
    let mut all: Vec<(usize, usize, String, bool)> =
        found.into_iter().map(|one| (one.at, one.length, one.name, one.known)).collect();
    if text {
        let random = entropy::random(bytes);
        let free = |&(at, length): &(usize, usize)| !all.iter().any(|one| one.0 < at + length && at < one.0 + one.1);
        let random: Vec<(usize, usize)> = random.into_iter().filter(free).collect();
        all.extend(random.into_iter().map(|(at, length)| (at, length, "random".to_owned(), false)));
        all.sort_by_key(|one| one.0);
    }
    let mut line = Lines { bytes, at: 0, line: 1 };
    let mut finds = Vec::new();
    for (at, length, what, known) in all {
        let fingerprint = (!known).then(|| fingerprint(&bytes[at..at + length]));
        if fingerprint.as_ref().is_some_and(|print| !text && !is_sure(&what) || allowed.holds(path, print)) {
            continue;
        }
        finds.push(Found { at, line: line.of(at), what, fingerprint });
    }
    finds
}

/// Looks through `bytes` for known values alone, which is quicker by far.
pub fn look_for_values(set: &RedactionSet, bytes: &[u8]) -> Vec<Found> {
    let mut line = Lines { bytes, at: 0, line: 1 };
    let found =
        |one: callsheet_redact::Find| Found { at: one.at, line: line.of(one.at), what: one.name, fingerprint: None };
    find_values(set, bytes).into_iter().map(found).collect()
}

/// What stands out even among bytes that are no text.
fn is_sure(what: &str) -> bool {
    matches!(what, "private-key" | "aws-key" | "github-token" | "gitlab-token" | "slack-token" | "jwt")
}

/// Twelve hexadecimal digits that say whether two guesses are the same text.
pub fn fingerprint(value: &[u8]) -> String {
    hex::encode(&Sha256::digest(value)[..6])
}

/// Counts lines forward only.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn of(&mut self, at: usize) -> usize {
        self.line += self.bytes[self.at..at].iter().filter(|byte| **byte == b'\n').count();
        self.at = at;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "q7Lk2Vx9TzR4mWc8YbNs1HdJ";

    fn check(text: &str, expected: &[(usize, &str)]) {
        let set = RedactionSet::new([("PIN", "correct-horse-battery")]);
        let found = look(&set, "a.log", text.as_bytes(), &Allowed::default());
        let found: Vec<(usize, &str)> = found.iter().map(|one| (one.line, one.what.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn finds_have_a_line_and_a_name() {
        check("one\ntwo correct-horse-battery\n\nGITHUB_TOKEN=abcdefgh12345\n", &[(2, "PIN"), (4, "assigned")]);
        check(&format!("key: {KEY}\n"), &[(1, "random")]);
        check("nothing of interest\n", &[]);
        check(&format!("\0 {KEY}"), &[]);
        check("\0 correct-horse-battery", &[(1, "PIN")]);
    }

    #[test]
    fn a_guess_can_be_allowed_and_a_known_value_cannot() {
        let set = RedactionSet::new([("PIN", "correct-horse-battery")]);
        let text = format!("{KEY} correct-horse-battery");
        let first = look(&set, "a.log", text.as_bytes(), &Allowed::default());
        let print = first[0].fingerprint.clone().unwrap();
        assert_eq!(first[1].fingerprint, None);
        for allowed in [format!("fingerprint {print} # a sample\n"), "path *.log\n".to_owned()] {
            let found = look(&set, "a.log", text.as_bytes(), &allowed.parse().unwrap());
            assert_eq!(found.iter().map(|one| one.what.as_str()).collect::<Vec<_>>(), ["PIN"], "{allowed}");
        }
    }
}
