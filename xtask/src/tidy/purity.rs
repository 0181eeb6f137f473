//! Core decides and never acts: no clock, file, socket, process, thread or randomness, in its tests neither.

use crate::tidy::Fault;
use crate::tree::Tree;

/// What must not stand in core, and what to do instead.
const BANNED: &[(&str, &str)] = &[
    ("Timestamp::now", "take the instant as an argument"),
    ("Zoned::now", "take the instant as an argument"),
    ("SystemTime", "take the instant as an argument"),
    ("Instant::now", "take the instant as an argument"),
    ("std::fs", "let the caller read and write files"),
    ("std::net", "let an adapter open sockets"),
    ("std::process", "let an adapter start processes"),
    ("std::thread", "core is synchronous; the caller adds threads"),
    ("std::env", "take the value as an argument; paths at build time come from env!"),
    ("std::io::stdin", "let the caller ask"),
    ("std::io::stdout", "return the value and let the caller print"),
    ("println!", "return the value and let the caller print"),
    ("eprintln!", "return the value and let the caller print"),
    ("tokio::", "core is synchronous"),
    ("rand::", "take random bytes as an argument"),
    ("Uuid::now", "take the instant and random bytes as arguments"),
    ("Uuid::new_v4", "take random bytes as an argument"),
    ("getrandom", "take random bytes as an argument"),
    ("RandomState", "its order differs from run to run: use BTreeMap, or sort"),
];

/// Helpers of tests, measuring programs and build scripts beside a crate may act: they are not core.
fn is_core(path: &str) -> bool {
    let beside = ["/tests/", "/benches/", "/examples/", "/build.rs"].iter().any(|part| path.contains(part));
    path.starts_with("crates/core/") && !beside
}

/// Places in core that act on the world.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in tree.rust_files().filter(|file| is_core(&file.path)) {
        for (number, line) in file.text.lines().enumerate() {
            let code = without_comment(line);
            for (token, instead) in BANNED.iter().filter(|(token, _)| names(code, token)) {
                faults.push(Fault::at(&file.path, number + 1, format!("`{token}` in core: {instead}")));
            }
        }
    }
    faults
}

/// Whether the token stands in the code by itself, not as the end of a longer name (`Operand::` is not `rand::`).
fn names(code: &str, token: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(token).any(|(at, _)| !code[..at].ends_with(is_name))
}

/// The line up to a `//` that stands outside a string. Good enough for lines, not for strings over several.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let bytes = line.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'"' if at == 0 || bytes[at - 1] != b'\\' => quoted = !quoted,
            b'/' if !quoted && bytes.get(at + 1) == Some(&b'/') => return &line[..at],
            _ => {}
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{check, without_comment};
    use crate::tidy::fixture::files;

    #[test]
    fn core_may_not_look_at_a_clock() {
        let tree = files(&[("crates/core/engine/src/a.rs", "//! A.\nlet t = Timestamp::now();\n")]);
        let found: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["crates/core/engine/src/a.rs:2: `Timestamp::now` in core: take the instant as an argument"]);
    }

    #[test]
    fn others_and_comments_may() {
        let tree = files(&[
            ("crates/app/node/src/a.rs", "let t = Timestamp::now();"),
            ("crates/core/engine/src/a.rs", "// no Timestamp::now here\n/// nor `std::fs`\n"),
            ("crates/core/engine/tests/corpus.rs", "use std::fs;"),
        ]);
        assert_eq!(check(&tree), []);
    }

    #[test]
    fn a_longer_name_is_another() {
        let tree = files(&[("crates/core/flow/src/a.rs", "//! A.\nlet a = Operand::Text;\nlet b = rand::rng();\n")]);
        assert_eq!(check(&tree).len(), 1);
    }

    #[test]
    fn a_comment_begins_outside_strings() {
        assert_eq!(without_comment("let a = \"http://x\"; // why"), "let a = \"http://x\"; ");
    }
}
