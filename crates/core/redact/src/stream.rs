//! Redaction of a stream that arrives in pieces: only what may be the beginning of a secret is held back.

use super::token::{Token, begins_token, token_at};
use super::{Found, RedactionSet};

/// One stream's redaction. The set is given with each piece, so that many streams share it.
#[derive(Debug)]
pub struct Redactor {
    held: Vec<u8>,
    /// The byte before `held`.
    before: Option<u8>,
    /// Leading bytes of `held` that [`Redactor::show_held`] has already shown.
    shown: usize,
    /// Held because of a known value, not only of something that looks like a credential.
    held_value: bool,
    /// Which bytes need a closer look.
    interesting: Box<[bool; 256]>,
    redactions: u64,
}

impl Redactor {
    /// At the beginning of a stream.
    pub fn new(set: &RedactionSet) -> Redactor {
        let interesting = Box::new(std::array::from_fn(|b| begins_token(b as u8) || set.begins_something(b as u8)));
        Redactor { held: Vec::new(), before: None, shown: 0, held_value: false, interesting, redactions: 0 }
    }

    /// Takes a piece; appends to `out` what can be shown.
    pub fn push(&mut self, set: &RedactionSet, piece: &[u8], out: &mut Vec<u8>) {
        let mut input = std::mem::take(&mut self.held);
        input.extend_from_slice(piece);
        let done = self.scan(set, &input, false, out);
        input.drain(..done);
        self.held = input;
    }

    /// The end of the stream: everything is shown or hidden.
    pub fn finish(&mut self, set: &RedactionSet, out: &mut Vec<u8>) {
        let input = std::mem::take(&mut self.held);
        self.scan(set, &input, true, out);
    }

    /// For a person at a terminal: shows what is held back, unless it is four or more bytes of a known value.
    pub fn show_held(&mut self, out: &mut Vec<u8>) {
        if self.held.len() > self.shown && (!self.held_value || self.held.len() < 4) {
            out.extend_from_slice(&self.held[self.shown..]);
            self.shown = self.held.len();
        }
    }

    /// True if something is held back that [`Redactor::show_held`] would show.
    pub fn holds_back(&self) -> bool {
        self.held.len() > self.shown && (!self.held_value || self.held.len() < 4)
    }

    /// Values hidden so far.
    pub fn redactions(&self) -> u64 {
        self.redactions
    }

    /// Handles `input` as far as it is decided; returns how far that is.
    fn scan(&mut self, set: &RedactionSet, input: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let mut at = 0;
        while at < input.len() {
            if !self.interesting[input[at] as usize] {
                let run = input[at..].iter().position(|b| self.interesting[*b as usize]).unwrap_or(input.len() - at);
                self.show(&input[at..at + run], out);
                at += run;
                continue;
            }
            match self.look(set, &input[at..], last) {
                Look::Plain => {
                    self.show(&input[at..at + 1], out);
                    at += 1;
                }
                Look::Hide { keep, hide, name } => {
                    self.show_kept(set, &input[at..at + keep], out);
                    self.hide(name, input[at + keep + hide - 1], hide, out);
                    at += keep + hide;
                }
                Look::NeedMore { value } => {
                    self.held_value = value;
                    return at;
                }
            }
        }
        at
    }

    fn look<'a>(&self, set: &'a RedactionSet, rest: &[u8], last: bool) -> Look<'a> {
        match set.value_at(rest, last) {
            Found::NeedMore => return Look::NeedMore { value: true },
            Found::Value { length, name } => return covering(set, rest, last, length, name),
            Found::Nothing => {}
        }
        match token_at(self.before, rest, last) {
            Token::NeedMore => Look::NeedMore { value: false },
            Token::Found { keep, hide, name } => Look::Hide { keep, hide, name },
            Token::No => Look::Plain,
        }
    }

    /// The part of a credential that is shown, which may itself hold a known value.
    fn show_kept(&mut self, set: &RedactionSet, kept: &[u8], out: &mut Vec<u8>) {
        let mut at = 0;
        while at < kept.len() {
            if let Found::Value { length, name } = set.value_at(&kept[at..], true) {
                self.hide(&set.names[name], kept[at + length - 1], length, out);
                at += length;
            } else {
                self.show(&kept[at..at + 1], out);
                at += 1;
            }
        }
    }

    fn show(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let skip = self.shown.min(bytes.len());
        self.shown -= skip;
        out.extend_from_slice(&bytes[skip..]);
        self.before = bytes.last().copied().or(self.before);
    }

    fn hide(&mut self, name: &str, last_byte: u8, length: usize, out: &mut Vec<u8>) {
        self.shown -= self.shown.min(length);
        out.extend_from_slice(b"[redacted:");
        out.extend_from_slice(name.as_bytes());
        out.push(b']');
        self.before = Some(last_byte);
        self.redactions += 1;
    }
}

enum Look<'a> {
    Plain,
    Hide { keep: usize, hide: usize, name: &'a str },
    NeedMore { value: bool },
}

/// Widens a found value over others that begin within it, so that no rest of them stays.
fn covering<'a>(set: &'a RedactionSet, rest: &[u8], last: bool, length: usize, name: usize) -> Look<'a> {
    let mut end = length;
    let mut at = 1;
    while at < end {
        match set.value_at(&rest[at..], last) {
            Found::NeedMore => return Look::NeedMore { value: true },
            Found::Value { length, .. } => end = end.max(at + length),
            Found::Nothing => {}
        }
        at += 1;
    }
    Look::Hide { keep: 0, hide: end, name: &set.names[name] }
}
