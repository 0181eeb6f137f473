//! First lines: each should open otherwise, and none with words that everybody has read too often.

use std::collections::HashMap;

use super::{first_line, flag, words};
use crate::studio::{Flag, FlagKind, Post, Severity};

/// Openings that make nobody stop.
const WEAK: [&str; 12] = [
    "in today's fast-paced world",
    "in today's world",
    "in this day and age",
    "we are excited to announce",
    "we're excited to announce",
    "we are thrilled",
    "we're thrilled",
    "are you looking for",
    "look no further",
    "as a business owner",
    "let's talk about",
    "it's no secret that",
];
/// Two posts that share so many first words open alike.
const OPENING: usize = 4;

pub(super) fn check(post: &Post) -> Option<Flag> {
    let line = first_line(&post.body).to_lowercase().replace('’', "'");
    let weak = WEAK.into_iter().find(|weak| line.starts_with(weak))?;
    Some(flag(FlagKind::WeakHook, Severity::Warning, format!("opens with \"{weak}\", which makes nobody stop")))
}

/// Posts that open like an earlier one; the earlier one is not flagged.
pub(super) fn find_repeated(posts: &[&Post]) -> Vec<(usize, Flag)> {
    let mut first: HashMap<String, u32> = HashMap::new();
    let mut found = Vec::new();
    for (index, post) in posts.iter().enumerate() {
        let opening = words(first_line(&post.body)).into_iter().take(OPENING).collect::<Vec<_>>().join(" ");
        if opening.is_empty() {
            continue;
        }
        match first.get(&opening) {
            Some(number) => found
                .push((index, flag(FlagKind::RepeatedHook, Severity::Warning, format!("opens like post {number}")))),
            None => drop(first.insert(opening, post.number)),
        }
    }
    found
}
