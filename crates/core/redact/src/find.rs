//! Says where secrets stand, for whoever searches what is written already.

use super::token::{Token, begins_token, token_at};
use super::{Found, RedactionSet};

/// One place where a secret stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    /// Byte offset of its first byte.
    pub at: usize,
    /// Its length in bytes, in the form that was found.
    pub length: usize,
    /// The known value's name, or what the text looks like (`jwt`, `aws-key`).
    pub name: String,
    /// Whether it is a known value; else it only looks like a credential.
    pub known: bool,
}

/// Every known value in `bytes` in any of its forms, and whatever looks like a credential. In order; none within another.
pub fn find(set: &RedactionSet, bytes: &[u8]) -> Vec<Find> {
    let mut interesting = [false; 256];
    for byte in 0..=255u8 {
        interesting[usize::from(byte)] = begins_token(byte) || set.begins_something(byte);
    }
    let mut finds = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !interesting[usize::from(bytes[at])] {
            at += 1;
            continue;
        }
        let before = at.checked_sub(1).map(|before| bytes[before]);
        if let Found::Value { length, name } = set.value_at(&bytes[at..], true) {
            finds.push(Find { at, length, name: set.names[name].clone(), known: true });
            at += length;
        } else if let Token::Found { keep, hide, name } = token_at(before, &bytes[at..], true) {
            let within = find_known(set, &bytes[at..at + keep + hide]);
            match within {
                Some((offset, length, name)) => {
                    finds.push(Find { at: at + offset, length, name, known: true });
                    at += offset + length;
                }
                None => {
                    finds.push(Find { at: at + keep, length: hide, name: name.to_owned(), known: false });
                    at += keep + hide;
                }
            }
        } else {
            at += 1;
        }
    }
    finds
}

/// The known values in `bytes` alone, in any of their forms. In order; none within another.
pub fn find_values(set: &RedactionSet, bytes: &[u8]) -> Vec<Find> {
    let interesting: [bool; 256] = std::array::from_fn(|byte| set.begins_something(byte as u8));
    let mut finds = Vec::new();
    let mut at = 0;
    while let Some(run) = bytes[at..].iter().position(|byte| interesting[usize::from(*byte)]) {
        at += run;
        match set.value_at(&bytes[at..], true) {
            Found::Value { length, name } => {
                finds.push(Find { at, length, name: set.names[name].clone(), known: true });
                at += length;
            }
            Found::Nothing | Found::NeedMore => at += 1,
        }
    }
    finds
}

/// A known value goes before the mere look of its surroundings.
fn find_known(set: &RedactionSet, bytes: &[u8]) -> Option<(usize, usize, String)> {
    (0..bytes.len()).find_map(|at| match set.value_at(&bytes[at..], true) {
        Found::Value { length, name } => Some((at, length, set.names[name].clone())),
        Found::Nothing | Found::NeedMore => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(usize, &str, bool)]) {
        let set = RedactionSet::new([("PIN", "correct-horse/battery")]);
        let found = find(&set, text.as_bytes());
        let found: Vec<_> = found.iter().map(|find| (find.at, find.name.as_str(), find.known)).collect();
        assert_eq!(found, expected, "{text}");
        let values = find_values(&set, text.as_bytes());
        let values: Vec<_> = values.iter().map(|find| (find.at, find.name.as_str(), find.known)).collect();
        let known: Vec<_> = expected.iter().filter(|one| one.2).copied().collect();
        assert_eq!(values, known, "{text}");
    }

    #[test]
    fn values_are_found_in_their_forms_and_credentials_by_their_look() {
        check("nothing here", &[]);
        check("a correct-horse/battery b", &[(2, "PIN", true)]);
        check("a correct-horse%2Fbattery", &[(2, "PIN", true)]);
        check("Y29ycmVjdC1ob3JzZS9iYXR0ZXJ5", &[(0, "PIN", true)]);
        check("API_TOKEN=correct-horse/battery", &[(10, "PIN", true)]);
        check("API_TOKEN=quite-another-thing", &[(10, "assigned", false)]);
        check("postgres://app:s3cr3tword@db/x", &[(15, "password", false)]);
    }
}
