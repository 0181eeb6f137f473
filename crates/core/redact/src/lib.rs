//! Hides secret values in output and texts, in every form they usually take, however the stream is cut.
//!
//! Promised for values of eight bytes or more: plain, URL-encoded, base64 (any alignment, either alphabet, wrapped or not),
//! hexadecimal, JSON-escaped, shell-quoted; of values of several lines also each line. Beyond the known values, text that
//! looks like a credential is hidden too (see `token`); that part is help, not promise.
//!
//! The caller does: know the values, cut streams into pieces, write what is left.
//! This crate does: hide them ([`Redactor`], [`redact_text`]), or say where they stand ([`find`], [`find_values`]).

mod encoding;
mod find;
mod name;
mod needle;
mod stream;
mod token;

use needle::{Needle, Seen};

pub use find::{Find, find, find_values};
pub use name::{is_secret_name, secrets_of_environment};
pub use stream::Redactor;

/// Shorter values cannot be told from ordinary text and are not redacted.
pub const SHORTEST_SECRET: usize = 8;

/// The values to hide and the names to show instead. Built once, shared by all streams of a step.
pub struct RedactionSet {
    needles: Vec<Needle>,
    names: Vec<String>,
    /// For each byte, the needles that can begin with it.
    by_first: Vec<Vec<u32>>,
}

/// What a needle search found at one place.
enum Found {
    Nothing,
    /// A value of this many bytes, with this name.
    Value {
        length: usize,
        name: usize,
    },
    /// The input ends within what may be a value.
    NeedMore,
}

impl RedactionSet {
    /// From names and values; values shorter than [`SHORTEST_SECRET`] are left out.
    pub fn new<'a>(secrets: impl IntoIterator<Item = (&'a str, &'a str)>) -> RedactionSet {
        let mut set = RedactionSet { needles: Vec::new(), names: Vec::new(), by_first: vec![Vec::new(); 256] };
        for (name, value) in secrets {
            let before = set.needles.len();
            let known = set.names.len();
            for part in parts_of(value) {
                set.needles.extend(encoding::needles(part.as_bytes(), known));
            }
            if set.needles.len() > before {
                set.names.push(name.to_owned());
            }
        }
        for (index, needle) in set.needles.iter().enumerate() {
            for first in needle.first_bytes() {
                set.by_first[first as usize].push(index as u32);
            }
        }
        set
    }

    /// No known values; only what looks like a credential is hidden.
    pub fn empty() -> RedactionSet {
        RedactionSet::new([])
    }

    /// The longest value that begins at the start of `input`. With `last`, nothing follows the input.
    fn value_at(&self, input: &[u8], last: bool) -> Found {
        let Some(first) = input.first() else { return Found::Nothing };
        let mut found = Found::Nothing;
        for index in &self.by_first[*first as usize] {
            let needle = &self.needles[*index as usize];
            match needle.at_start(input) {
                Seen::NeedMore { matched } if last => {
                    if let Some(length) = matched {
                        longest(&mut found, length, needle.name);
                    }
                }
                Seen::NeedMore { .. } => return Found::NeedMore,
                Seen::Match { length } => longest(&mut found, length, needle.name),
                Seen::No => {}
            }
        }
        found
    }

    fn begins_something(&self, byte: u8) -> bool {
        !self.by_first[byte as usize].is_empty()
    }
}

impl std::fmt::Debug for RedactionSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RedactionSet({} names)", self.names.len())
    }
}

fn longest(found: &mut Found, length: usize, name: usize) {
    if !matches!(found, Found::Value { length: known, .. } if *known >= length) {
        *found = Found::Value { length, name };
    }
}

/// The value without blanks around it, and each of its lines.
fn parts_of(value: &str) -> Vec<&str> {
    let whole = value.trim();
    let mut parts = vec![whole];
    if whole.contains('\n') {
        parts.extend(whole.lines().map(str::trim));
    }
    parts.retain(|part| part.len() >= SHORTEST_SECRET);
    parts
}

/// A whole text with the secrets hidden, each as `[redacted:NAME]`.
pub fn redact_text(set: &RedactionSet, text: &str) -> String {
    String::from_utf8_lossy(&redact_bytes(set, text.as_bytes())).into_owned()
}

/// The same of bytes that may be no text.
pub fn redact_bytes(set: &RedactionSet, bytes: &[u8]) -> Vec<u8> {
    let mut redactor = Redactor::new(set);
    let mut out = Vec::with_capacity(bytes.len());
    redactor.push(set, bytes, &mut out);
    redactor.finish(set, &mut out);
    out
}

#[cfg(test)]
mod tests;
