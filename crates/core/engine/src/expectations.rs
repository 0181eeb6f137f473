//! Whether an act's end and output show what the runbook says must be seen.

mod http;
mod resembles;
mod text;

use callsheet_plan::{Expect, ExpectTest};

use crate::{Exit, Judged, Verdict};

/// Judges every expectation of an act against how it ended and what it printed (standard output and error as one text).
/// One verdict per expectation, in order.
pub fn judge(expects: &[Expect], exit: &Exit, output: &str) -> Vec<Verdict> {
    let verdicts = expects.iter().enumerate().map(|(at, expect)| {
        let (judged, saw) = match test(&expect.test, exit, output) {
            Seen::Yes => (Judged::Holds, String::new()),
            Seen::No(saw) => (Judged::Fails, saw),
            Seen::AskPerson => (Judged::Person, String::new()),
        };
        Verdict { expect: at as u16, judged, saw }
    });
    verdicts.collect()
}

/// What a test saw.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Yes,
    /// What was seen instead, in words.
    No(String),
    AskPerson,
}

fn test(test: &ExpectTest, exit: &Exit, output: &str) -> Seen {
    match test {
        ExpectTest::Exit { status } => match exit {
            Exit::Status(actual) if actual == status => Seen::Yes,
            Exit::Status(actual) => Seen::No(format!("exit status {actual}")),
            Exit::Signal(signal) => Seen::No(format!("ended by signal {signal}")),
            _ => Seen::No("no exit status".to_owned()),
        },
        ExpectTest::HttpStatus { status } => http::shows_status(output, *status),
        ExpectTest::Contains { needle } => text::contains(output, needle),
        ExpectTest::Lacks { needle } => text::lacks(output, needle),
        ExpectTest::Matches { pattern } => text::matches(output, pattern),
        ExpectTest::Resembles { block } => resembles::resembles(output, block),
        ExpectTest::Empty => match output.lines().find(|line| !line.trim().is_empty()) {
            None => Seen::Yes,
            Some(line) => Seen::No(excerpt(line)),
        },
        ExpectTest::Person => Seen::AskPerson,
    }
}

/// A line as shown in a verdict: trimmed, at most 120 characters.
fn excerpt(line: &str) -> String {
    let line = line.trim();
    match line.char_indices().nth(120) {
        Some((end, _)) => format!("`{}…`", &line[..end]),
        None => format!("`{line}`"),
    }
}

/// The last line with something on it, or that there is none: what a person looks at first.
fn last_words(output: &str) -> String {
    output.lines().rev().find(|line| !line.trim().is_empty()).map_or("no output".to_owned(), excerpt)
}
