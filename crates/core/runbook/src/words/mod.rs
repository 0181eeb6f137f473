//! What words ask for: instructions, statements of state, and the conditions before them, in several languages.
//!
//! A text that several recognisers look at is made a [`Said`] once and handed on: its lower case and the beginnings of its
//! words are then known, and a list of phrases costs a look per word. Other lists are [`phrases!`], never `contains` in a loop;
//! a pattern has a cheap look before it, which must hold for all that the pattern matches: who changes one changes the other.

mod clauses;
mod english;
mod instruction;
mod languages;
mod lookup;
mod nouns;
mod phrases;
mod said;
mod state;

pub use instruction::{Instruction, STEP_WORDS, instruction, instructions_in};
pub(crate) use lookup::{Lowered, WordMap, WordSet};
pub(crate) use phrases::phrases;
pub use phrases::{Phrases, has_phrase, has_stem};
pub(crate) use said::{IN_WORD, Said};
pub use state::{bracket_states, has_outcome, is_state, states_outcome};
pub(crate) use state::{says_outcome, states_an_outcome, states_behind_signs};

/// What an instruction's verb asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VerbClass {
    /// Verify, confirm, ensure, validate.
    Verify,
    /// Check.
    Check,
    /// Monitor, watch, test.
    Observe,
    /// Wait.
    Wait,
    /// Tell people.
    Notify,
    /// Approve, sign off.
    Approve,
    /// See, refer to, consult.
    Refer,
    /// Use, keep, avoid: rules rather than acts.
    Policy,
    /// Inspect, look, find.
    Look,
    /// Any other act.
    Act,
}

/// The text without emoji, bullets, arrows and other signs at its start.
pub fn strip_signs(text: &str) -> &str {
    text.trim_start_matches(|c: char| {
        !(c.is_alphanumeric() || matches!(c, '`' | '$' | '/' | '<' | '"' | '(' | '[' | '{' | '.' | '\'' | '“'))
    })
}

/// Splits into sentences: byte ranges of `text`. Dots inside words, numbers and code do not end one.
pub fn sentences(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut in_code = false;
    let bytes = text.as_bytes();
    for (at, c) in text.char_indices() {
        match c {
            '`' => in_code = !in_code,
            '.' | '!' | '?' if !in_code => {
                let next = bytes.get(at + 1).copied();
                let after = text[at + 1..].trim_start().chars().next();
                let word = text[start..at].rsplit([' ', '\n', '(']).next().unwrap_or_default();
                let abbreviation = word.len() <= 1
                    || matches!(word, "e.g" | "i.e" | "etc" | "vs" | "approx" | "No" | "z.B" | "ca" | "bzw");
                if matches!(next, Some(b' ' | b'\n' | b')') | None)
                    && after.is_none_or(|c| !c.is_lowercase())
                    && !(c == '.' && abbreviation)
                {
                    found.push(start..at + 1);
                    start = at + 1;
                }
            }
            '。' | '！' | '？' if !in_code => {
                found.push(start..at + c.len_utf8());
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    if start < text.len() && !text[start..].trim().is_empty() {
        found.push(start..text.len());
    }
    found
}

/// The text without white space around it: most texts have none.
pub(crate) fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// Lower-case words of a text, split at everything but letters, digits, `'`, `-` and `_`.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '_'))).filter(|word| !word.is_empty())
}
