//! Flesch's reading ease, with syllables counted by their vowels: good enough to find what nobody wants to read.

use super::{flag, words};
use crate::studio::{Flag, FlagKind, Post, Severity};

/// Below this a text reads like a contract.
const EASE_LEAST: f64 = 30.0;
/// Fewer words say nothing about a text.
const WORDS_LEAST: usize = 20;

pub(super) fn check(post: &Post) -> Option<Flag> {
    let ease = ease(&post.body)?;
    (ease < EASE_LEAST).then(|| {
        let detail =
            format!("reading ease {ease:.0} of 100; shorter sentences and words bring it above {EASE_LEAST:.0}");
        flag(FlagKind::HardToRead, Severity::Warning, detail)
    })
}

fn ease(text: &str) -> Option<f64> {
    let words = words(text);
    if words.len() < WORDS_LEAST {
        return None;
    }
    let ends = |c: char| matches!(c, '.' | '!' | '?' | ':' | ';' | '\n' | '…');
    let sentences = text.split(ends).filter(|part| part.chars().any(char::is_alphabetic)).count().max(1);
    let syllables: usize = words.iter().map(|word| syllables(word)).sum();
    let count = words.len() as f64;
    Some(206.835 - 1.015 * count / sentences as f64 - 84.6 * syllables as f64 / count)
}

fn syllables(word: &str) -> usize {
    let is_vowel = |c: char| "aeiouyäöüáéíóúàèìòùâêîôûœæ".contains(c);
    let (mut count, mut before) = (0, false);
    for letter in word.chars() {
        let now = is_vowel(letter);
        count += usize::from(now && !before);
        before = now;
    }
    let silent = word.ends_with('e') && !word.ends_with("le") && count > 1;
    (count - usize::from(silent)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_about_right() {
        for (word, count) in
            [("cat", 1), ("table", 2), ("make", 1), ("bookkeeping", 3), ("organisation", 5), ("rhythm", 1)]
        {
            assert_eq!(syllables(word), count, "{word}");
        }
    }

    #[test]
    fn plain_text_is_easier_than_a_contract() {
        let plain = "We fix the books. You get your evenings back. It takes one call and an hour. Most people wish they had done it years before.";
        let contract = "Notwithstanding aforementioned stipulations, contractual obligations necessitate interdepartmental coordination regarding organisational responsibilities and comprehensive documentation of all administrative undertakings whatsoever.";
        assert!(ease(plain).unwrap() > 60.0);
        assert!(ease(&[contract; 2].join(" ")).unwrap() < EASE_LEAST);
        assert_eq!(ease("Too short."), None);
    }
}
