//! Last lines: each post asks for something, and not all with the same words.

use std::collections::HashMap;

use super::{flag, last_line, words};
use crate::studio::{Flag, FlagKind, Post, Severity};

/// Words of those who ask for something.
const ASKING: [&str; 34] = [
    "book",
    "call",
    "write",
    "reply",
    "comment",
    "share",
    "join",
    "try",
    "start",
    "download",
    "read",
    "visit",
    "tell",
    "send",
    "sign",
    "subscribe",
    "message",
    "dm",
    "click",
    "register",
    "contact",
    "talk",
    "order",
    "get",
    "ask",
    "save",
    "follow",
    "learn",
    "see",
    "come",
    "schedule",
    "request",
    "apply",
    "buy",
];
/// More posts than this with the same last line tire readers.
const SAME_MOST: usize = 4;

pub(super) fn check(post: &Post, call: &str) -> Option<Flag> {
    let ending: String = post.body.chars().rev().take(240).collect::<Vec<_>>().into_iter().rev().collect();
    let line = last_line(&post.body);
    let wanted = call.trim().trim_end_matches('.').to_lowercase();
    let asks = (!wanted.is_empty() && ending.to_lowercase().contains(&wanted))
        || line.ends_with('?')
        || words(line).iter().any(|word| ASKING.contains(&word.as_str()));
    (!asks).then(|| flag(FlagKind::MissingCallToAction, Severity::Warning, "ends without telling readers what to do"))
}

/// Posts whose last line was used often enough before.
pub(super) fn find_repeated(posts: &[&Post]) -> Vec<(usize, Flag)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    for (index, post) in posts.iter().enumerate() {
        let line = words(last_line(&post.body)).join(" ");
        let count = seen.entry(line).or_default();
        *count += 1;
        if *count > SAME_MOST {
            let detail = format!("{SAME_MOST} posts before it end with the same words");
            found.push((index, flag(FlagKind::RepeatedCallToAction, Severity::Warning, detail)));
        }
    }
    found
}
