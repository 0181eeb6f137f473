//! What a script understands, read from its text. It is never started, not even for its help.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::cases::cases;

/// What a script's text says it understands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Long options; empty: it cannot be told.
    pub options: BTreeSet<String>,
    /// Words that the first argument may be; empty: it cannot be told.
    pub words: BTreeSet<String>,
}

static FIRST: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(?m)(\w+)="?\$\{?1\b"#).ok());
static LITERAL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"["'](--[a-z][\w-]*)["']"#).ok());

/// Reads a shell or Python script.
pub fn script(text: &str) -> Script {
    let first = text.lines().next().unwrap_or_default();
    if first.contains("python") || text.contains("argparse") {
        return python(text);
    }
    // What it hands on as a whole, or takes apart in ways of its own, cannot be told.
    if text.contains("getopt") {
        return Script::default();
    }
    shell(text)
}

fn python(text: &str) -> Script {
    let closed = text.contains("add_argument(") && !text.contains("parse_known_args") && !text.contains("parents=");
    let Some(literal) = LITERAL.as_ref().filter(|_| closed) else { return Script::default() };
    let mut options: BTreeSet<String> = literal.captures_iter(text).map(|found| found[1].to_owned()).collect();
    options.insert("--help".to_owned());
    Script { options, words: BTreeSet::new() }
}

fn shell(text: &str) -> Script {
    let Some(first) = FIRST.as_ref() else { return Script::default() };
    let mut found = Script::default();
    let named_first: BTreeSet<&str> =
        first.captures_iter(text).filter_map(|one| one.get(1)).map(|name| name.as_str()).collect();
    let hands_on = text.contains("\"$@\"") || text.contains("$*");
    for one in cases(text) {
        let (subject, patterns) = (one.subject.as_str(), one.patterns);
        let long =
            patterns.iter().filter(|part| part.starts_with("--")).map(|part| part.trim_end_matches("=*").to_owned());
        found.options.extend(long);
        let glob = patterns.iter().any(|part| part != "*" && !part.starts_with('-') && part.contains(['*', '$', '[']));
        if (subject == "1" || named_first.contains(subject)) && !glob {
            let is_word = |part: &&String| part.starts_with(|c: char| c.is_ascii_lowercase());
            found.words.extend(patterns.iter().filter(is_word).cloned());
        }
    }
    // With two places that read arguments, or arguments handed on, an option may be understood further down.
    if hands_on {
        found.options.clear();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::script;

    fn check(text: &str, options: &[&str], words: &[&str]) {
        let found = script(text);
        assert_eq!(found.options.iter().map(String::as_str).collect::<Vec<_>>(), options, "{text}");
        assert_eq!(found.words.iter().map(String::as_str).collect::<Vec<_>>(), words, "{text}");
    }

    #[test]
    fn what_the_text_shows_is_told() {
        check("case \"$1\" in\n  --a|-a) x ;;\n  --b=*) y ;;\n  *) usage ;;\nesac\n", &["--a", "--b"], &[]);
        check("case \"${1:-x}\" in\n  on) a ;;\n  off|out) b ;;\n  *) exit 2 ;;\nesac\n", &[], &["off", "on", "out"]);
        check("command=$1\ncase $command in up) a;; down) b;; esac\n", &[], &["down", "up"]);
        check("case \"$x\" in\n  a) b ;;\nesac\n", &[], &[]);
        check("case $1 in up) case $2 in all) a ;; one) b ;; esac ;; down) c ;; esac\n", &[], &["down", "up"]);
        check("case $1 in up) case $2 in --all) a ;; esac ;; --dry) c ;; esac\n", &["--all", "--dry"], &["up"]);
        check("while getopts a: o; do :; done\n", &[], &[]);
        check("case $1 in --a) : ;; esac\nother \"$@\"\n", &[], &[]);
        check("#!/usr/bin/env python3\nimport argparse\np.add_argument(\"--a\")\n", &["--a", "--help"], &[]);
    }
}
