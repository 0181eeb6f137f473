//! Puts values in the place of text placeholders, so that no value can be taken for code.
//!
//! The rule: a *plain* value (letters, digits, `_ - . / : @ % + , =`) stands anywhere as it is. Any other value stands only in a
//! shell's own words, unquoted or quoted, where it is quoted for that place; never inside `$(…)`, backticks, `${…}`, a here-document,
//! or a command that hands its words to another interpreter (`ssh`, `sh -c`, `psql`, `awk`, …): there it is refused. A value that
//! begins with `-` is refused where it could be taken for an option. Secrets never enter the text: their place takes `"$NAME"`.

mod plain;
mod shell;

use callsheet_runbook::{Placeholder, PlaceholderForm};

use crate::parameters::{Values, secret_variable};

pub(crate) use plain::fill_plain;
pub(crate) use shell::fill_shell;

/// What stands in for a placeholder.
#[derive(Clone, Debug)]
pub(crate) enum Stand<'a> {
    /// Its value.
    Value(&'a str),
    /// The environment variable that carries the secret.
    Secret(String),
}

/// A placeholder's text with what replaces it.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    pub name: &'a str,
    pub text: &'a str,
    pub stand: Stand<'a>,
}

/// A value that cannot stand where it would.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unsafe {
    pub name: String,
    /// Line within the text, from 0.
    pub line: u32,
    pub why: &'static str,
}

/// The places of one step that have a value, longest text first so that `<a-b>` is not taken for `<a`.
pub(crate) fn places<'a>(params: &'a [Placeholder], values: &'a Values) -> Vec<Place<'a>> {
    let text_forms = params.iter().filter(|placeholder| placeholder.form != PlaceholderForm::Variable);
    let mut places: Vec<Place> = text_forms
        .filter_map(|placeholder| {
            let name = placeholder.name.as_str();
            let stand = match values.parameters.get(name) {
                Some(parameter) => Stand::Value(&parameter.value),
                None if values.secrets.contains(&secret_variable(name)) => Stand::Secret(secret_variable(name)),
                None => return None,
            };
            Some(Place { name, text: &placeholder.text, stand })
        })
        .collect();
    places.sort_by(|a, b| b.text.len().cmp(&a.text.len()).then(a.text.cmp(b.text)));
    places.dedup_by(|a, b| a.text == b.text);
    places
}

/// Fills words that a person reads; a secret keeps its placeholder.
pub(crate) fn fill_words(text: &str, places: &[Place]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        match place_at(text, at, places) {
            Some(Place { text: placeholder, stand: Stand::Value(value), .. }) => {
                filled.push_str(value);
                at += placeholder.len();
            }
            _ => {
                filled.push(c);
                at += c.len_utf8();
            }
        }
    }
    filled
}

/// The placeholder that begins at byte `at`. One that is a bare word must not be part of a longer word.
fn place_at<'p, 'a>(text: &str, at: usize, places: &'p [Place<'a>]) -> Option<&'p Place<'a>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    places.iter().find(|place| {
        let rest = &text[at..];
        if place.text.is_empty() || !rest.starts_with(place.text) {
            return false;
        }
        let joins_before = place.text.starts_with(is_word) && text[..at].ends_with(is_word);
        let joins_after = place.text.ends_with(is_word) && rest[place.text.len()..].starts_with(is_word);
        !joins_before && !joins_after
    })
}

/// Whether a value can stand anywhere as it is.
fn is_plain(value: &str) -> bool {
    value.chars().all(|c| c.is_alphanumeric() || "_-./:@%+,=".contains(c))
}
