//! What is expected of a command's output, as conditions on the response.

use callsheet_runbook::{Expect, ExpectTest};

use super::request::Request;

/// The response's lines. `Err` where the output may hold what the response does not.
pub(super) fn response(request: &Request, expects: &[&Expect]) -> Result<Vec<String>, String> {
    let mut status: Option<u16> = None;
    let mut asserts = Vec::new();
    for expect in expects {
        match test(request, &expect.test)? {
            Asserted::Status(wanted) if status.is_none_or(|status| status == wanted) => status = Some(wanted),
            Asserted::Status(_) => return Err("it expects two statuses of one request".to_owned()),
            Asserted::Line(line) if !asserts.contains(&line) => asserts.push(line),
            Asserted::Line(_) | Asserted::Nothing => {}
        }
    }
    if status.is_none() && request.fails {
        asserts.insert(0, "status < 400".to_owned());
    }
    let mut lines = vec![status.map_or_else(|| "HTTP *".to_owned(), |status| format!("HTTP {status}"))];
    if !asserts.is_empty() {
        lines.push("[Asserts]".to_owned());
        lines.extend(asserts);
    }
    Ok(lines)
}

enum Asserted {
    Status(u16),
    Line(String),
    /// A flow that ends well says it.
    Nothing,
}

fn test(request: &Request, test: &ExpectTest) -> Result<Asserted, String> {
    match test {
        ExpectTest::HttpStatus { status } => Ok(Asserted::Status(*status)),
        ExpectTest::Contains { needle } if is_status_of(request, needle) => {
            needle.parse().map(Asserted::Status).map_err(|_| "it expects a status that is none".to_owned())
        }
        ExpectTest::Contains { needle } => contains(request, needle, "").map(Asserted::Line),
        ExpectTest::Lacks { needle } => contains(request, needle, "not ").map(Asserted::Line),
        ExpectTest::Exit { status: 0 } => Ok(Asserted::Nothing),
        ExpectTest::Empty if only_body(request) => Ok(Asserted::Line("bytes count == 0".to_owned())),
        ExpectTest::Person => Err("a person judges what it answers".to_owned()),
        ExpectTest::Exit { .. } | ExpectTest::Empty | ExpectTest::Matches { .. } | ExpectTest::Resembles { .. } => {
            Err("what it expects is more than a condition on the answer".to_owned())
        }
    }
}

/// `-o /dev/null -w '%{http_code}'`: the output is the status alone.
fn is_status_of(request: &Request, needle: &str) -> bool {
    let alone = request
        .write_out
        .as_deref()
        .is_some_and(|format| format.contains("%{http_code}") && !format.replace("%{http_code}", "").contains('%'));
    request.hides_body && alone && needle.len() == 3 && needle.parse::<u16>().is_ok_and(|n| (100..600).contains(&n))
}

fn only_body(request: &Request) -> bool {
    !request.shows_headers && !request.head && !request.hides_body && request.write_out.is_none()
}

/// Words in the body; white space is folded, in JSON it does not count at all.
fn contains(request: &Request, needle: &str, not: &str) -> Result<String, String> {
    let json = needle.contains('"');
    if request.head || request.hides_body || !json && !only_body(request) || needle.contains("{{") {
        return Err("the words it expects may stand outside of the answer's body".to_owned());
    }
    if !json && needle.split_whitespace().count() == 1 {
        return Ok(format!("body {not}contains {}", quoted(needle.trim())));
    }
    let gap = if json { r"\s*" } else { r"\s+" };
    let pieces: Vec<String> =
        if json { tokens(needle) } else { needle.split_whitespace().map(str::to_owned).collect() };
    let escaped: Vec<String> = pieces.iter().map(|piece| regex::escape(piece)).collect();
    Ok(format!("body {not}matches {}", quoted(&escaped.join(gap))))
}

/// Strings, signs and plain values of JSON-like text.
fn tokens(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut quoted = false;
    let mut fresh = true;
    for c in text.trim().chars() {
        if c == '"' {
            quoted = !quoted;
            if quoted {
                found.push("\"".to_owned())
            } else if let Some(last) = found.last_mut() {
                last.push('"')
            }
            fresh = !quoted;
        } else if !quoted && (c.is_whitespace() || matches!(c, ':' | ',' | '{' | '}' | '[' | ']')) {
            if !c.is_whitespace() {
                found.push(c.to_string());
            }
            fresh = true;
        } else if fresh && !quoted {
            found.push(c.to_string());
            fresh = false;
        } else if let Some(last) = found.last_mut() {
            last.push(c);
        }
    }
    found
}

/// A string of the flow's own.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_cut_into_tokens() {
        assert_eq!(tokens("\"status\": \"all up\", 12"), ["\"status\"", ":", "\"all up\"", ",", "12"]);
    }
}
