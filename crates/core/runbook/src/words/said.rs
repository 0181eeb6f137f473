//! A text as recognisers look at it: in lower case, with the places where its words begin. Made once per text, in one pass,
//! and asked by all; which phrases stand in it then costs a look per word instead of a look per byte and list.

use std::borrow::Cow;

use super::Phrases;

/// A text with its lower case and the beginnings of its words.
pub(crate) struct Said<'a> {
    text: &'a str,
    lower: Cow<'a, str>,
    few: [Head; FEW],
    count: usize,
    more: Vec<Head>,
}

/// So many words are kept without an allocation.
const FEW: usize = 24;

/// Where a word begins, and what its first bytes are.
#[derive(Clone, Copy, Default)]
struct Head {
    at: u32,
    place: u16,
}

impl<'a> Said<'a> {
    /// Looks through the text.
    pub(crate) fn of(text: &'a str) -> Said<'a> {
        let lower = lowered(text);
        let mut said = Said { text, lower: Cow::Borrowed(""), few: [Head::default(); FEW], count: 0, more: Vec::new() };
        match text.is_ascii() {
            true => said.ascii_heads(lower.as_bytes()),
            false => said.heads_of(&lower),
        }
        said.lower = lower;
        said
    }

    /// As written.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// In lower case.
    pub(crate) fn lower(&self) -> &str {
        &self.lower
    }

    /// Whether one of the phrases stands in it at word boundaries, as [`has_phrase`](super::has_phrase) tells.
    pub(crate) fn has(&self, phrases: &Phrases) -> bool {
        if phrases.is_odd() {
            return super::has_phrase(&self.lower, phrases);
        }
        self.any(|head| phrases.may_begin(head.place) && phrases.whole_at(&self.lower, head.at as usize))
    }

    /// Whether one of its words begins as one of the phrases does: a cheap look before a dear one.
    pub(crate) fn may_have(&self, phrases: &Phrases) -> bool {
        self.any(|head| phrases.may_begin(head.place))
    }

    /// Whether one of its words begins with one of the stems, as [`has_stem`](super::has_stem) tells.
    pub(crate) fn has_stem(&self, stems: &Phrases) -> bool {
        if stems.is_odd() || stems.is_short() {
            return super::has_stem(&self.lower, stems);
        }
        self.any(|head| stems.may_begin(head.place) && stems.stem_at(&self.lower, head.at as usize))
    }

    #[inline]
    fn any(&self, wanted: impl Fn(&Head) -> bool) -> bool {
        self.few[..self.count].iter().any(&wanted) || self.more.iter().any(wanted)
    }

    fn ascii_heads(&mut self, lower: &[u8]) {
        let mut at = 0;
        while let Some(skip) = lower[at..].iter().position(|&byte| IN_WORD[usize::from(byte)]) {
            let rest = &lower[at + skip..];
            let end = rest.iter().position(|&byte| !IN_WORD[usize::from(byte)]).unwrap_or(rest.len());
            self.add(&rest[..end], at + skip);
            at += skip + end;
        }
    }

    fn heads_of(&mut self, lower: &str) {
        let mut start = None;
        for (at, c) in lower.char_indices() {
            match (c.is_alphanumeric(), start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    self.add(&lower.as_bytes()[from..at], from);
                    start = None;
                }
                _ => {}
            }
        }
        if let Some(from) = start {
            self.add(&lower.as_bytes()[from..], from);
        }
    }

    fn add(&mut self, word: &[u8], at: usize) {
        let head = Head { at: at as u32, place: head_place(word) };
        if self.count < FEW {
            self.few[self.count] = head;
            self.count += 1;
        } else {
            self.more.push(head);
        }
    }
}

fn lowered(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() {
        return Cow::Owned(text.to_lowercase());
    }
    // Without leaving the loop early it takes many bytes at once.
    match text.bytes().fold(false, |found, byte| found | byte.is_ascii_uppercase()) {
        true => Cow::Owned(text.to_ascii_lowercase()),
        false => Cow::Borrowed(text),
    }
}

/// ASCII letters and digits.
pub(crate) const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

/// Where a word's first four bytes stand in a table of phrases' beginnings.
pub(super) const fn head_place(word: &[u8]) -> u16 {
    let mut key = 0u32;
    let mut at = 0;
    if let [a, b, c, d, ..] = *word {
        key = u32::from_be_bytes([a, b, c, d]);
        at = 4;
    }
    while at < 4 && at < word.len() {
        key = key << 8 | word[at] as u32;
        at += 1;
    }
    (key.wrapping_mul(0x9E37_79B1) >> 20) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{has_phrase, has_stem, phrases};

    #[test]
    fn it_tells_what_a_look_at_every_byte_tells() {
        let list = phrases!["roll back", "über", "pre-", "no", "sign-off", "očakávan", "if any", "x", "確認"];
        let stems = phrases!["verif", "überprüf", "kontrol"];
        for text in [
            "Roll back now",
            "troll back",
            "to ROLL BACK.",
            "über Nacht",
            "—über",
            "Pre-flight",
            "(if any)",
            "No!",
            "nothing",
            "sign-off",
            "design-off",
            "x",
            "確認",
            "再確認",
            "Verified, re-verify",
            "re-verify",
            "“Überprüfung”",
            "",
            "a b c d e f g h i j k l m n o p q r s t u v w y z aa bb cc dd no",
        ] {
            let (said, lower) = (Said::of(text), text.to_lowercase());
            assert_eq!(said.has(list), has_phrase(&lower, list), "{text}");
            assert_eq!(said.has_stem(stems), has_stem(&lower, stems), "{text}");
        }
    }
}
