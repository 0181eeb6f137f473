//! What a title is about: a phrase that one of its parts is, begins with or ends with.

use crate::words::WordSet;

/// The longest part of a title, in words, that names what it is about.
const LONGEST_PART: usize = 6;

/// Whether one of the phrases is what the title is about: a part of it, or how a part begins or ends.
pub(super) fn titled(lower: &str, phrases: &WordSet) -> bool {
    let lower = lower.split(['(', '[']).next().unwrap_or_default();
    let lower = lower.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' ' | '-' | ':'));
    lower
        .split(['&', ',', '/', '–', '—', '|', '+', ':'])
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(" - "))
        .any(|part| is_about(part.trim(), phrases))
}

fn is_about(part: &str, phrases: &WordSet) -> bool {
    if part.split_whitespace().take(LONGEST_PART + 1).count() > LONGEST_PART {
        return false;
    }
    if phrases.contains(part) {
        return true;
    }
    part.match_indices(' ').any(|(at, _)| {
        let (head, tail) = (&part[..at], &part[at + 1..]);
        let begins = phrases.contains(head) && (head.contains(' ') || continues(tail));
        begins || phrases.contains(tail) && words_of(head) <= 2
    })
}

/// Whether the words after a phrase go on about the same subject.
fn continues(rest: &str) -> bool {
    let next = rest.trim_start().split(' ').next().unwrap_or_default();
    matches!(
        next,
        "to" | "for"
            | "of"
            | "on"
            | "about"
            | "in"
            | "from"
            | "per"
            | "by"
            | "und"
            | "von"
            | "documentation"
            | "links"
            | "resources"
            | "levels"
            | "level"
            | "matrix"
            | "path"
            | "documents"
            | "runbooks"
    )
}

pub(super) fn words_of(text: &str) -> usize {
    text.split_whitespace().count()
}
