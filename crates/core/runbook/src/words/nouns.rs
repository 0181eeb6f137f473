//! Tells verbs from nouns by the words after them.

use super::Lowered;
use super::instruction::word_at;

/// `bootstrap.sh`, `load_data`, `GET /health`, `Email = …`: the word is part of a name or a key.
pub(super) fn is_name_part(word: &str, rest: &str) -> bool {
    let mut after = rest.chars();
    let joined = match after.next() {
        Some('.') => after.next().is_some_and(char::is_alphanumeric),
        Some('_' | '=' | '(' | '@' | '\\') => true,
        Some('/') => word.chars().all(|c| c.is_ascii_uppercase()),
        _ => false,
    };
    let request = word.len() > 2 && word.chars().all(|c| c.is_ascii_uppercase()) && rest.starts_with(" /");
    joined || request || rest.trim_start().starts_with("= ")
}

/// Even a sure verb is none before "is", ":" with nothing else, or a closing bracket.
pub(super) fn is_noun_phrase(rest: &str) -> bool {
    let next = Lowered::of(word_at(rest, rest.len() - rest.trim_start().len()));
    matches!(next.as_str(), "is" | "are" | "was" | "were" | "has") && !rest.trim_start().starts_with('`')
}

/// What follows a verb that has an object: a determiner, code, a preposition of direction, a number, a capital.
pub(super) fn takes_object(rest: &str) -> bool {
    let trimmed = rest.trim_start();
    if trimmed.len() == rest.len() {
        return false;
    }
    // "Roll Changes" is a title; "record Klusterlet details" names a thing.
    if trimmed.starts_with(char::is_uppercase) && !trimmed.contains(": ") && super::states_outcome(trimmed) {
        return false;
    }
    if trimmed.starts_with(['`', '"', '$', '<', '\'', '“', '*']) {
        return true;
    }
    let next = Lowered::of(word_at(trimmed, 0));
    matches!(
        next.as_str(),
        "the"
            | "a"
            | "an"
            | "all"
            | "any"
            | "each"
            | "every"
            | "your"
            | "our"
            | "its"
            | "their"
            | "this"
            | "that"
            | "these"
            | "those"
            | "it"
            | "them"
            | "both"
            | "another"
            | "new"
            | "old"
            | "up"
            | "down"
            | "off"
            | "out"
            | "back"
            | "into"
            | "to"
            | "with"
            | "that's"
            | "whether"
            | "if"
            | "how"
            | "which"
            | "what"
            | "where"
            | "only"
            | "over"
            | "through"
            | "via"
            | "for"
            | "some"
            | "more"
            | "previous"
            | "latest"
            | "current"
            | "affected"
            | "failed"
            | "failing"
            | "existing"
    )
}

/// "run smoke and regression tests", "run systemctl restart": a job or a program that is run stands behind the verb.
pub(super) fn runs(rest: &str) -> bool {
    if rest.split_whitespace().next().is_some_and(crate::shell::is_program) {
        return true;
    }
    super::words(rest).take(5).any(|word| {
        matches!(
            word,
            "tests"
                | "checks"
                | "suite"
                | "migrations"
                | "job"
                | "jobs"
                | "script"
                | "scripts"
                | "playbook"
                | "pipeline"
        )
    })
}

/// What follows a noun: an end, a colon, a verb, "of".
pub(super) fn is_noun_use(rest: &str) -> bool {
    let trimmed = rest.trim_start();
    if trimmed.is_empty() || rest.starts_with([':', ')', '.', ',', '/', ';']) {
        return true;
    }
    let mut following = super::words(trimmed);
    let next = Lowered::of(following.next().unwrap_or_default());
    if matches!(
        next.as_str(),
        "is" | "are"
            | "was"
            | "were"
            | "has"
            | "have"
            | "of"
            | "will"
            | "can"
            | "must"
            | "should"
            | "may"
            | "does"
            | "fails"
            | "failed"
            | "never"
            | "not"
    ) {
        return true;
    }
    let third = Lowered::of(following.next().unwrap_or_default());
    matches!(
        third.as_str(),
        "is" | "are"
            | "was"
            | "were"
            | "has"
            | "have"
            | "will"
            | "fails"
            | "fail"
            | "exceeds"
            | "exceed"
            | "does"
            | "must"
            | "should"
            | "can"
            | "cannot"
            | "grows"
            | "stays"
    )
}
