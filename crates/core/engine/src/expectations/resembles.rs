//! Whether output looks like a block shown in the runbook: same words in the same order, while digits, ages, times, ids and
//! addresses may differ.

use super::{Seen, excerpt};

/// Every line of the block must have its like in the output, in order; more lines may stand between.
pub(super) fn resembles(output: &str, block: &str) -> Seen {
    let mut lines = output.lines();
    for wanted in block.lines().filter(|line| !line.trim().is_empty() && !is_gap(line.trim())) {
        if !lines.any(|line| is_like(line, wanted)) {
            return Seen::No(format!("no line like {}", excerpt(wanted)));
        }
    }
    Seen::Yes
}

fn is_gap(word: &str) -> bool {
    matches!(word, "..." | "…" | "[...]" | "[…]" | "(...)")
}

fn is_like(line: &str, wanted: &str) -> bool {
    let mut words = line.split_whitespace().peekable();
    let mut wanted = wanted.split_whitespace().peekable();
    while let Some(want) = wanted.next() {
        if is_gap(want) {
            let Some(resume) = wanted.peek() else { return true };
            while words.next_if(|word| !is_like_word(word, resume)).is_some() {}
            continue;
        }
        let open_ended = wanted.peek().is_none() && want.ends_with("...") && want.len() > 3;
        if open_ended {
            let start = want.trim_end_matches('.');
            return words.next().is_some_and(|word| word.starts_with(start));
        }
        if !words.next().is_some_and(|word| is_like_word(word, want)) {
            return false;
        }
    }
    words.next().is_none()
}

fn is_like_word(word: &str, want: &str) -> bool {
    if word == want || want.starts_with('<') && want.ends_with('>') {
        return true;
    }
    if let (Some(seen), Some(wanted)) = (ratio(word), ratio(want)) {
        // `3/3` stands for "all of them", whatever their number.
        return (seen.0 == seen.1) == (wanted.0 == wanted.1);
    }
    shape(word) == shape(want)
}

fn ratio(word: &str) -> Option<(u64, u64)> {
    let (part, whole) = word.trim_matches(['(', ')', ',']).split_once('/')?;
    Some((part.parse().ok()?, whole.parse().ok()?))
}

/// A word with its volatile pieces replaced by `#`: pieces with a digit, and what follows one in an id (`api-7d9f8-xkcdq`).
/// Units of ages and sizes go with their figures, so `5m` and `3d4h` have one shape. Neighbouring `#` merge: `10.0.0.1` is one.
fn shape(word: &str) -> String {
    let mut shape = String::new();
    let mut after_id = false;
    for piece in word.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let (body, mark) = match piece.char_indices().last() {
            Some((at, last)) if !last.is_alphanumeric() => (&piece[..at], &piece[at..]),
            _ => (piece, ""),
        };
        let numbered = body.chars().any(|c| c.is_ascii_digit());
        let tail_of_id = after_id && body.len() >= 4 && body.chars().all(|c| c.is_ascii_lowercase());
        if numbered || tail_of_id {
            while shape.ends_with(['.', ':', '-']) && shape.trim_end_matches(['.', ':', '-']).ends_with('#') {
                shape.pop();
            }
            if !shape.ends_with('#') {
                shape.push('#');
            }
            after_id = mark == "-";
        } else {
            shape.push_str(body);
            after_id = false;
        }
        shape.push_str(mark);
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, block: &str, expected: bool) {
        assert_eq!(resembles(output, block) == Seen::Yes, expected, "{output:?} like {block:?}");
    }

    #[test]
    fn volatile_columns_may_differ() {
        let block = "NAME               READY  STATUS   AGE\nweb-6c9f7d-abcde   2/2    Running  5m";
        check("NAME READY STATUS AGE\nweb-58bb4c-qrstv 3/3 Running 3d4h\n", block, true);
        check("NAME READY STATUS AGE\nweb-58bb4c-qrstv 1/3 Running 3d4h\n", block, false);
        check("NAME READY STATUS AGE\nweb-58bb4c-qrstv 3/3 Pending 3d4h\n", block, false);
        check("NAME READY STATUS AGE\nworker-58bb4c-qrstv 3/3 Running 1s\n", block, false);
    }

    #[test]
    fn times_and_addresses_may_differ() {
        check("2026-01-01T10:00:00Z up at 10.0.0.12:80", "2024-05-06T07:08:09Z up at 192.168.1.5:8080", true);
        check("listening on port 8081", "listening on port 9000", true);
        check("not listening on port 8081", "listening on port 9000", false);
    }

    #[test]
    fn gaps_and_other_lines_are_tolerated() {
        check("a\nb\nc\n", "a\n...\nc", true);
        check("warming up\nhealthy\n", "healthy", true);
        check("c\na\n", "a\nc", false);
        check("user alice logged in from here", "user <name> logged in …", true);
        check("", "healthy", false);
    }
}
