//! Anchors as GitHub makes them from headings.

use std::borrow::Cow;
use std::collections::HashMap;

/// Lower case, spaces to hyphens, all but letters, digits, `-` and `_` dropped.
pub fn slug(title: &str) -> String {
    if title.is_ascii() {
        let mut slug = String::with_capacity(title.len());
        for byte in crate::words::trim(title).bytes() {
            let kept = ASCII[usize::from(byte)];
            if kept != 0 {
                slug.push(char::from(kept));
            }
        }
        return slug;
    }
    let mut slug = String::with_capacity(title.len());
    for c in title.trim().chars() {
        match c {
            ' ' | '\t' => slug.push('-'),
            '-' | '_' => slug.push(c),
            c if c.is_alphanumeric() => slug.extend(c.to_lowercase()),
            _ => {}
        }
    }
    slug
}

/// What becomes of each ASCII byte; 0 is dropped.
const ASCII: [u8; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 128 {
        table[at] = match at as u8 {
            b' ' | b'\t' => b'-',
            byte @ (b'-' | b'_') => byte,
            byte if byte.is_ascii_alphanumeric() => byte.to_ascii_lowercase(),
            _ => 0,
        };
        at += 1;
    }
    table
};

/// Whether a text is its own slug.
fn is_slug(text: &str) -> bool {
    text.bytes().all(|byte| byte < 128 && ASCII[usize::from(byte)] == byte)
}

/// The same of a text that mostly is one.
pub(crate) fn slugged(text: &str) -> Cow<'_, str> {
    if is_slug(text) { Cow::Borrowed(text) } else { Cow::Owned(slug(text)) }
}

/// So many are looked through one by one.
const FEW: usize = 16;

/// Hands out slugs that differ: the second `deploy` is `deploy-2`.
#[derive(Default)]
pub struct Slugs {
    /// As long as there are few: slugs, with the last number given to each.
    few: Vec<(String, u32)>,
    taken: HashMap<String, u32>,
}

impl Slugs {
    /// The slug, or with the first number from 2 that makes it new.
    pub fn unique(&mut self, slug: &str) -> String {
        let base = if slug.trim_matches('-').is_empty() { "step" } else { slug };
        let Some(count) = self.count(base).copied() else {
            self.take(base.to_owned(), 1);
            return base.to_owned();
        };
        let mut number = count + 1;
        let mut candidate = format!("{base}-{number}");
        while self.count(&candidate).is_some() {
            number += 1;
            candidate = format!("{base}-{number}");
        }
        if let Some(count) = self.count(base) {
            *count = number;
        }
        self.take(candidate.clone(), 1);
        candidate
    }

    fn count(&mut self, slug: &str) -> Option<&mut u32> {
        match self.taken.is_empty() {
            true => self.few.iter_mut().find(|(taken, _)| taken == slug).map(|(_, count)| count),
            false => self.taken.get_mut(slug),
        }
    }

    fn take(&mut self, slug: String, count: u32) {
        if self.few.len() < FEW {
            self.few.push((slug, count));
            return;
        }
        if self.taken.is_empty() {
            self.taken.extend(self.few.iter().cloned());
        }
        self.taken.insert(slug, count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_the_anchors_that_links_use() {
        for (title, expected) in [
            ("Deploy", "deploy"),
            ("2c. Check the lag!", "2c-check-the-lag"),
            ("Rollback (15–30 minutes)", "rollback-1530-minutes"),
            ("Étape 1 : arrêter", "étape-1--arrêter"),
            ("snake_case & more", "snake_case--more"),
            ("Run it: `tool --now`", "run-it-tool---now"),
            ("Deploy - phase 2", "deploy---phase-2"),
        ] {
            assert_eq!(slug(title), expected, "{title}");
        }
    }

    #[test]
    fn repeated_slugs_are_numbered() {
        let mut slugs = Slugs::default();
        let made: Vec<String> = ["a", "a", "a-2", "a", ""].iter().map(|slug| slugs.unique(slug)).collect();
        assert_eq!(made, ["a", "a-2", "a-2-2", "a-3", "step"]);
        let many: Vec<String> = (0..40).map(|_| slugs.unique("b")).collect();
        assert_eq!((many[0].as_str(), many[39].as_str()), ("b", "b-40"));
        assert_eq!(slugs.unique("a"), "a-4");
    }
}
