//! Sets and tables of known words: a cheap hash, as the words are ours and nobody can choose them against it.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// Known words with what is known of them.
pub(crate) type WordMap<V> = HashMap<&'static str, V, BuildHasherDefault<WordHasher>>;

/// Known words.
pub(crate) type WordSet = HashSet<&'static str, BuildHasherDefault<WordHasher>>;

/// Eight bytes at a time: rotate, mix, multiply.
#[derive(Default)]
pub(crate) struct WordHasher(u64);

impl WordHasher {
    fn mix(&mut self, bits: u64) {
        self.0 = (self.0.rotate_left(23) ^ bits).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        for eight in eights {
            self.mix(u64::from_le_bytes(*eight));
        }
        let last = rest.iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte));
        self.mix(last << 8 | bytes.len() as u64 & 0xff);
    }

    fn write_u8(&mut self, _: u8) {
        // Only the mark that ends a string: the length has been mixed in.
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 29
    }
}

/// A short word in lower case, without an allocation where it is ASCII.
pub(crate) enum Lowered<'w> {
    /// In lower case as it stands.
    Kept(&'w str),
    /// ASCII, with its length.
    Short([u8; SHORT], usize),
    /// Any other.
    Long(String),
}

/// Longer words are none of ours.
const SHORT: usize = 24;

impl<'w> Lowered<'w> {
    /// The word in lower case.
    pub(crate) fn of(word: &'w str) -> Lowered<'w> {
        if word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
            return Lowered::Kept(word);
        }
        if word.len() > SHORT || !word.is_ascii() {
            return Lowered::Long(word.to_lowercase());
        }
        let mut bytes = [0; SHORT];
        bytes[..word.len()].copy_from_slice(word.as_bytes());
        bytes.make_ascii_lowercase();
        Lowered::Short(bytes, word.len())
    }

    /// As text.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Lowered::Short(bytes, length) => std::str::from_utf8(&bytes[..*length]).unwrap_or_default(),
            Lowered::Kept(text) => text,
            Lowered::Long(text) => text,
        }
    }
}
