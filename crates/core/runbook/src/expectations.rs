//! What must be seen for a step to have succeeded, and how it is judged.

use crate::model::{Expect, ExpectTest};
use crate::words::{Said, phrases};

/// The HTTP status that a text names: "HTTP 200", "status code: 404", "returns 503", "201 Created".
fn http_status(text: &str) -> Option<u16> {
    let bytes = text.as_bytes();
    let numbers = bytes.windows(3).enumerate().filter(|(at, number)| {
        matches!(number[0], b'1'..=b'5')
            && number[1..].iter().all(u8::is_ascii_digit)
            && !bytes.get(at + 3).is_some_and(|&byte| is_word(byte))
    });
    let found = numbers
        .map(|(at, _)| at)
        .find(|&at| named_before(&bytes[..at]) || named_behind(&bytes[..at], &bytes[at + 3..]));
    found.and_then(|at| text[at..at + 3].parse().ok())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// "HTTP/1.1 ", "status code: ", "Expected: " end the text.
fn named_before(before: &[u8]) -> bool {
    const NAMES: [&str; 9] =
        ["http", "status", "status code", "return", "returns", "response", "code", "expect", "expected"];
    let spaced = trimmed(before);
    let bare = trimmed(spaced.strip_suffix(b":").unwrap_or(spaced));
    let ends = |text: &[u8], name: &str| {
        let Some(begin) = text.len().checked_sub(name.len()) else { return false };
        text[begin..].eq_ignore_ascii_case(name.as_bytes()) && !begin.checked_sub(1).is_some_and(|at| is_word(text[at]))
    };
    let version = match bare {
        [head @ .., b'/', digit] if digit.is_ascii_digit() => head,
        [head @ .., b'/', major, b'.', minor] if major.is_ascii_digit() && minor.is_ascii_digit() => head,
        _ => b"",
    };
    let twice = bare.strip_suffix(b":").is_some_and(|bare| ends(bare, "expect") || ends(bare, "expected"));
    NAMES.iter().any(|name| ends(bare, name)) || ends(version, "http") || twice
}

fn trimmed(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !matches!(byte, b' ' | b'\t'..=b'\r')).map_or(0, |at| at + 1);
    &text[..end]
}

/// "200 OK", "404 not found": the status' own words follow.
fn named_behind(before: &[u8], after: &[u8]) -> bool {
    const WORDS: [&str; 6] = ["ok", "created", "accepted", "no content", "found", "moved"];
    let begin = after.iter().position(|byte| !matches!(byte, b' ' | b'\t'..=b'\r')).unwrap_or(after.len());
    let words = &after[begin..];
    begin > 0
        && !before.last().is_some_and(|&byte| is_word(byte))
        && WORDS.iter().any(|word| {
            words.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
                && !words.get(word.len()).is_some_and(|&byte| is_word(byte))
        })
}

/// The next quoted words of a text — in backticks or quotation marks, or a quoted key with its value — and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text[from..].find(['`', '"', '“'])?;
        let rest = &text[start..];
        let inner = match rest.as_bytes()[0] {
            b'`' => enclosed(rest, '`', 200),
            b'"' => enclosed(rest, '"', 120),
            _ => enclosed(rest, '”', 120),
        };
        let Some((inner, after)) = inner else {
            from = start + rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if let Some(end) = rest.starts_with('"').then(|| value_end(after)).flatten() {
            let end = rest.len() - after.len() + end;
            return Some((&rest[..end], &rest[end..]));
        }
        return Some((inner, after));
    }
}

/// What stands between the first character and `close`, at most `most` characters, and what follows.
fn enclosed(text: &str, close: char, most: usize) -> Option<(&str, &str)> {
    let open = text.chars().next()?.len_utf8();
    let len = text[open..].find(close)?;
    let inner = &text[open..open + len];
    (len > 0 && (len <= most || inner.chars().nth(most).is_none()))
        .then(|| (inner, &text[open + len + close.len_utf8()..]))
}

/// Where the value ends that follows a key: `: "x"`, `: 12`.
fn value_end(after: &str) -> Option<usize> {
    let value = after.trim_start().strip_prefix(':')?.trim_start();
    let begins = after.len() - value.len();
    if value.starts_with('"') {
        return enclosed(value, '"', 120).map(|(inner, _)| begins + inner.len() + 2);
    }
    let len = value.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(value.len());
    (len > 0).then_some(begins + len)
}

/// The expectation that words state about the output of an act.
pub fn of_words(text: &str, line: u32, act: Option<usize>) -> Vec<Expect> {
    let one = |test| Expect { test, text: text.trim().to_owned(), line, act, inferred: true };
    let said = Said::of(text);
    let lower = said.lower();
    let mut found = Vec::new();
    if let Some(status) = http_status(text) {
        found.push(one(ExpectTest::HttpStatus { status }));
    }
    let negated = said.has(phrases![
        "no such",
        "not contain",
        "not see",
        "should not",
        "must not",
        "shouldn't",
        "does not",
        "no longer",
        "without",
        "not appear",
        "not show",
    ]);
    if said.has(phrases![
        "no output",
        "empty output",
        "nothing is printed",
        "prints nothing",
        "should be empty",
        "empty result"
    ]) {
        found.push(one(ExpectTest::Empty));
    } else {
        let mut rest = text;
        for _ in 0..4 {
            let Some((needle, after)) = quoted(rest) else { break };
            rest = after;
            let needle = needle.trim().to_owned();
            if needle.is_empty() || crate::shell::looks_like_command(&needle, false) {
                continue;
            }
            found.push(one(if negated { ExpectTest::Lacks { needle } } else { ExpectTest::Contains { needle } }));
        }
    }
    if found.is_empty() {
        let needle = rows(lower).or_else(|| plain_value(text, lower));
        found.push(one(needle.map_or(ExpectTest::Person, |needle| ExpectTest::Contains { needle })));
    }
    found
}

/// "Expected: 3 rows", "no rows": what a database's own tool prints below them.
fn rows(lower: &str) -> Option<String> {
    let mut before = "";
    for word in lower.split(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | '.' | '(' | ')')) {
        if matches!(word, "row" | "rows") {
            let number = if matches!(before, "no" | "zero") { "0" } else { before };
            let counts = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            return counts.then(|| format!("({number} row"));
        }
        before = word;
    }
    None
}

/// "Expected: 3", "should be ready": one plain value, and nothing else.
fn plain_value(text: &str, lower: &str) -> Option<String> {
    const LEADS: &[&str] = &[
        "expected output:",
        "expected result:",
        "expected:",
        "expect:",
        "should be ",
        "should return ",
        "should print ",
    ];
    let lead = LEADS.iter().find(|lead| lower.starts_with(*lead)).filter(|_| lower.len() == text.len())?;
    let value = text[lead.len()..].trim().trim_end_matches(['.', ';', ',']);
    let said = matches!(
        value.to_lowercase().as_str(),
        "none"
            | "nothing"
            | "empty"
            | "success"
            | "successful"
            | "yes"
            | "no"
            | "pass"
            | "passed"
            | "error"
            | "errors"
            | "failure"
    );
    let plain = value.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/'))
        && value.len() <= 60
        && !value.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '≤' | '≥' | '%' | '~' | '*' | '$'));
    (plain && !said).then(|| value.to_owned())
}

/// What a query's answer must hold: a figure is a value there, no HTTP status.
pub fn of_query(text: &str, line: u32, act: Option<usize>) -> Vec<Expect> {
    let mut found = of_words(text, line, act);
    for one in &mut found {
        if let ExpectTest::HttpStatus { status } = one.test {
            one.test = ExpectTest::Contains { needle: status.to_string() };
        }
    }
    found
}

/// The expectation that an output block shows.
pub fn of_output(block: &str, line: u32, act: Option<usize>) -> Expect {
    let shown: String = block.trim().lines().next().unwrap_or_default().chars().take(120).collect();
    Expect { test: ExpectTest::Resembles { block: block.to_owned() }, text: shown, line, act, inferred: true }
}

/// A command that verifies succeeds when it exits with 0.
pub fn exits_well(text: &str, line: u32) -> Expect {
    Expect { test: ExpectTest::Exit { status: 0 }, text: text.trim().to_owned(), line, act: None, inferred: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[ExpectTest]) {
        let found: Vec<ExpectTest> = of_words(text, 1, None).into_iter().map(|one| one.test).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn words_become_tests_where_they_can() {
        let contains = |needle: &str| ExpectTest::Contains { needle: needle.to_owned() };
        check(
            "Expected: HTTP 200, \"status\": \"healthy\"",
            &[ExpectTest::HttpStatus { status: 200 }, contains("\"status\": \"healthy\"")],
        );
        check("Expected: 200 OK", &[ExpectTest::HttpStatus { status: 200 }]);
        check("it should say `ready`", &[contains("ready")]);
        check("should not contain `ERROR`", &[ExpectTest::Lacks { needle: "ERROR".to_owned() }]);
        check("should be empty", &[ExpectTest::Empty]);
        check("Expected: 3", &[contains("3")]);
        check("Expected: PONG", &[contains("PONG")]);
        check("3 rows", &[contains("(3 row")]);
        check("Expected: no rows", &[contains("(0 row")]);
        check("Expected: fewer than 5", &[ExpectTest::Person]);
        check("Expected: success", &[ExpectTest::Person]);
        check("all pods look fine", &[ExpectTest::Person]);
    }
}
