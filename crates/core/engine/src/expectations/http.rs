//! HTTP statuses in a command's output.

use super::{Seen, last_words};

/// The last status line (`HTTP/1.1 200 OK`, also behind curl's `< `) decides; without one, the number must stand by itself somewhere.
pub(super) fn shows_status(output: &str, wanted: u16) -> Seen {
    if let Some(status) = output.lines().rev().find_map(status_line) {
        return if status == wanted { Seen::Yes } else { Seen::No(format!("HTTP {status}")) };
    }
    let numbers = || {
        output.split(|c: char| !c.is_alphanumeric() && c != '.').filter_map(|word| word.trim_matches('.').parse().ok())
    };
    if numbers().any(|number: u16| number == wanted) {
        return Seen::Yes;
    }
    match numbers().find(|number| (100..600).contains(number)) {
        Some(other) => Seen::No(format!("{other}")),
        None => Seen::No(last_words(output)),
    }
}

fn status_line(line: &str) -> Option<u16> {
    let rest = line.trim_start_matches(['<', ' ', '\t']).strip_prefix("HTTP/")?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, wanted: u16, expected: Seen) {
        assert_eq!(shows_status(output, wanted), expected, "{output}");
    }

    #[test]
    fn a_status_line_decides() {
        check("HTTP/1.1 200 OK\r\nage: 503\r\n", 200, Seen::Yes);
        check("HTTP/1.1 301 Moved\n\nHTTP/2 503\ntook 200 ms", 200, Seen::No("HTTP 503".to_owned()));
        check("< HTTP/1.1 404 Not Found", 404, Seen::Yes);
    }

    #[test]
    fn a_bare_number_counts_when_there_is_none() {
        check("200", 200, Seen::Yes);
        check("status: 200\n", 200, Seen::Yes);
        check("{\"up\":true}502", 200, Seen::No("502".to_owned()));
        check("took 0.200 s", 200, Seen::No("`took 0.200 s`".to_owned()));
        check("", 200, Seen::No("no output".to_owned()));
    }
}
