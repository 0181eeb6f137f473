//! Words that must, or must not, be in the output.

use regex::RegexBuilder;

use super::{Seen, excerpt, last_words};

pub(super) fn contains(output: &str, needle: &str) -> Seen {
    if holds(output, needle) { Seen::Yes } else { Seen::No(last_words(output)) }
}

pub(super) fn lacks(output: &str, needle: &str) -> Seen {
    if !holds(output, needle) {
        return Seen::Yes;
    }
    let line = output.lines().find(|line| holds(line, needle));
    Seen::No(line.map_or_else(|| excerpt(needle), excerpt))
}

pub(super) fn matches(output: &str, pattern: &str) -> Seen {
    match RegexBuilder::new(pattern).multi_line(true).size_limit(1 << 20).build() {
        Ok(regex) if regex.is_match(output) => Seen::Yes,
        Ok(_) => Seen::No(last_words(output)),
        // A pattern that cannot be read proves nothing either way.
        Err(_) => Seen::AskPerson,
    }
}

/// Whether the text holds the needle, white space folded; in JSON-like needles white space does not count at all.
fn holds(text: &str, needle: &str) -> bool {
    let needle_folded = fold(needle);
    if needle_folded.is_empty() || text.contains(needle.trim()) || fold(text).contains(&needle_folded) {
        return true;
    }
    needle.contains('"') && squeeze(text).contains(&squeeze(needle))
}

fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(seen: Seen, expected: Result<(), &str>) {
        let seen = match &seen {
            Seen::Yes => Ok(()),
            Seen::No(saw) => Err(saw.as_str()),
            Seen::AskPerson => Err("a person is asked"),
        };
        assert_eq!(seen, expected);
    }

    #[test]
    fn white_space_is_folded() {
        check(contains("ready:   yes\n", "ready: yes"), Ok(()));
        check(contains("{\"status\":\"healthy\"}", "\"status\": \"healthy\""), Ok(()));
        check(contains("{\"status\":\"down\"}\n\n", "\"status\": \"healthy\""), Err("`{\"status\":\"down\"}`"));
        check(contains("", "up"), Err("no output"));
    }

    #[test]
    fn what_must_be_absent_is_named_where_it_is() {
        check(lacks("a fine day\n", "error"), Ok(()));
        check(lacks("ok\nfatal error: disk\n", "error"), Err("`fatal error: disk`"));
    }

    #[test]
    fn patterns_see_lines() {
        check(matches("a\nlag 0 s\n", "^lag 0"), Ok(()));
        check(matches("lag 9 s\n", "^lag 0"), Err("`lag 9 s`"));
        check(matches("x", "("), Err("a person is asked"));
    }
}
