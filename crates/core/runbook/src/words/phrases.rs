//! Phrases looked for in a text. A table made at compile time tells most places of the text, where none of them begins,
//! at one glance: texts are short, phrases many, and hits few.

/// A list of phrases, made with [`phrases!`](crate::words::phrases).
pub struct Phrases {
    list: &'static [&'static str],
    /// By the first byte, in bits the second.
    begins: [u32; 32],
    /// By the second byte, in bits the third.
    goes_on: [u32; 32],
    /// By the place of a word's first four bytes: a phrase may begin with that word.
    heads: [u64; 64],
    /// Some phrase begins with no letter or digit.
    odd: bool,
    /// Some phrase is shorter than the first bytes that tell words apart.
    short: bool,
}

/// A list of phrases, known at compile time.
macro_rules! phrases {
    ($($phrase:expr),* $(,)?) => {
        const { &$crate::words::Phrases::of(&[$($phrase),*]) }
    };
}
pub(crate) use phrases;

impl Phrases {
    /// None of them may be empty.
    pub const fn of(list: &'static [&'static str]) -> Phrases {
        let mut begins = [0; 32];
        let mut goes_on = [0; 32];
        let (mut heads, mut odd, mut short) = ([0; 64], false, false);
        let mut at = 0;
        while at < list.len() {
            let phrase = list[at].as_bytes();
            let head = first_word(phrase);
            let known = super::said::head_place(head);
            heads[(known >> 6) as usize] |= 1 << (known & 63);
            odd |= head.is_empty();
            short |= head.len() < 4;
            if phrase.len() > 1 {
                let (word, bit) = place(phrase[0], phrase[1]);
                begins[word] |= 1 << bit;
            } else {
                let mut next = 0;
                while next < 32 {
                    let (word, bit) = place(phrase[0], next);
                    begins[word] |= 1 << bit;
                    next += 1;
                }
            }
            if phrase.len() > 2 {
                let (word, bit) = place(phrase[1], phrase[2]);
                goes_on[word] |= 1 << bit;
            } else if phrase.len() == 2 {
                goes_on[(phrase[1] & 31) as usize] = u32::MAX;
            } else {
                goes_on = [u32::MAX; 32];
            }
            at += 1;
        }
        Phrases { list, begins, goes_on, heads, odd, short }
    }

    pub(super) fn is_odd(&self) -> bool {
        self.odd
    }

    pub(super) fn is_short(&self) -> bool {
        self.short
    }

    /// Whether a phrase may begin with a word whose first bytes have this place.
    pub(super) fn may_begin(&self, place: u16) -> bool {
        self.heads[usize::from(place >> 6)] >> (place & 63) & 1 == 1
    }

    /// Whether a phrase stands at byte `at`, where a word begins, and ends where one ends.
    pub(super) fn whole_at(&self, lower: &str, at: usize) -> bool {
        self.list.iter().any(|phrase| {
            begins_at(lower.as_bytes(), at, phrase)
                && (phrase.ends_with('-') || !lower[at + phrase.len()..].starts_with(char::is_alphanumeric))
        })
    }

    /// Whether a stem stands at byte `at` and a word begins there, hyphens being parts of words.
    pub(super) fn stem_at(&self, lower: &str, at: usize) -> bool {
        self.list.iter().any(|stem| begins_at(lower.as_bytes(), at, stem))
            && !lower[..at].ends_with(['\'', '’', '-', '_'])
    }

    /// Whether one of them stands anywhere in the text, be it inside a word.
    pub fn stand_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        self.any_place(bytes, |at| self.list.iter().any(|phrase| begins_at(bytes, at, phrase)))
    }

    /// The same whatever the case of ASCII letters; the phrases are ASCII.
    pub fn stand_in_any_case(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        self.any_place(bytes, |at| {
            self.list.iter().any(|phrase| {
                bytes.get(at..at + phrase.len()).is_some_and(|part| part.eq_ignore_ascii_case(phrase.as_bytes()))
            })
        })
    }

    /// Whether the text begins with one of them.
    pub fn begin(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let Some(&first) = bytes.first() else { return false };
        let (word, bit) = place(first, bytes.get(1).copied().unwrap_or_default());
        self.begins[word] >> bit & 1 == 1 && self.list.iter().any(|phrase| begins_at(bytes, 0, phrase))
    }

    /// Whether some place where a phrase may begin, in either case, is one that is `wanted`.
    #[inline]
    fn any_place(&self, bytes: &[u8], wanted: impl Fn(usize) -> bool) -> bool {
        let mut from = 0;
        while let Some(at) = self.next_place(bytes, from) {
            if wanted(at) {
                return true;
            }
            from = at + 1;
        }
        false
    }

    /// The next place from byte `from` on where the first three bytes may be a phrase's. Apart from its callers so that all it
    /// needs stays in registers.
    #[inline(never)]
    fn next_place(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let (&first, rest) = bytes.get(from..)?.split_first()?;
        let mut row = self.begins[(first & 31) as usize];
        for (skip, &next) in rest.iter().enumerate() {
            if row >> (next & 31) & 1 == 1 {
                let goes_on = self.goes_on[(next & 31) as usize];
                let third = rest.get(skip + 1).copied().unwrap_or_default();
                if goes_on >> (third & 31) & 1 == 1 {
                    return Some(from + skip);
                }
            }
            row = self.begins[(next & 31) as usize];
        }
        (row & 1 == 1).then(|| bytes.len() - 1)
    }
}

/// Whether any of the (lower-case, possibly several-word) phrases stands in the lower-case text at word boundaries.
pub fn has_phrase(lower: &str, phrases: &Phrases) -> bool {
    let bytes = lower.as_bytes();
    phrases.any_place(bytes, |at| {
        !(at > 0 && bytes[at - 1].is_ascii_alphanumeric())
            && phrases.list.iter().any(|phrase| {
                begins_at(bytes, at, phrase)
                    && !lower[..at].ends_with(char::is_alphanumeric)
                    && (phrase.ends_with('-') || !lower[at + phrase.len()..].starts_with(char::is_alphanumeric))
            })
    })
}

/// Whether a word of the lower-case text begins with one of the stems.
pub fn has_stem(lower: &str, stems: &Phrases) -> bool {
    let bytes = lower.as_bytes();
    let within = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '_');
    stems.any_place(bytes, |at| {
        !(at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'\'' | b'-' | b'_')))
            && stems.list.iter().any(|stem| begins_at(bytes, at, stem))
            && !lower[..at].ends_with(within)
    })
}

fn begins_at(bytes: &[u8], at: usize, phrase: &str) -> bool {
    let phrase = phrase.as_bytes();
    bytes[at] == phrase[0]
        && bytes.get(at + 1) == phrase.get(1).or(bytes.get(at + 1))
        && bytes[at..].starts_with(phrase)
}

/// The letters and digits with which a phrase begins.
const fn first_word(phrase: &'static [u8]) -> &'static [u8] {
    let mut end = 0;
    while end < phrase.len() && (phrase[end].is_ascii_alphanumeric() || phrase[end] >= 0x80) {
        end += 1;
    }
    phrase.split_at(end).0
}

/// Where two bytes stand in the table; upper and lower case share a place.
const fn place(first: u8, second: u8) -> (usize, u32) {
    ((first & 31) as usize, (second & 31) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_stand_at_word_boundaries() {
        for (text, expected) in [
            ("roll back", true),
            ("to roll back now", true),
            ("troll back", false),
            ("roll backs", false),
            ("über", true),
            ("x", true),
            ("ax", false),
            ("pre-flight", true),
        ] {
            assert_eq!(has_phrase(text, phrases!["roll back", "über", "x", "pre-"]), expected, "{text}");
        }
    }

    #[test]
    fn stems_begin_words() {
        assert!(has_stem("re-verify, verification", phrases!["verif"]));
        assert!(!has_stem("re-verify", phrases!["verif"]));
    }

    #[test]
    fn any_place_and_any_case() {
        assert!(phrases!["drop"].stand_in("airdrops"));
        assert!(!phrases!["drop"].stand_in("DROP"));
        assert!(phrases!["drop"].stand_in_any_case("DROP TABLE"));
    }
}
