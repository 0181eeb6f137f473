//! Whether readers who look for the brief's words find the post, and whether it was written for them or for a machine.

use super::{flag, words};
use crate::studio::{Flag, FlagKind, Platform, Post, Severity};

/// More of its words than this share being one keyword is stuffing.
const SHARE_MOST: f64 = 0.12;
const TIMES_LEAST: usize = 4;

pub(super) fn check(post: &Post, keywords: &[String]) -> Option<Flag> {
    let all = words(&post.body);
    let joined = all.concat();
    let count = |keyword: &String| joined.matches(&words(keyword).concat()).count();
    let wanted: Vec<&String> = keywords.iter().filter(|keyword| !words(keyword).is_empty()).collect();
    for keyword in &wanted {
        let times = count(keyword);
        let share = (times * words(keyword).len()) as f64 / all.len().max(1) as f64;
        if times >= TIMES_LEAST && share > SHARE_MOST {
            let detail = format!("\"{keyword}\" stands there {times} times");
            return Some(flag(FlagKind::KeywordStuffing, Severity::Warning, detail));
        }
    }
    // The shortest platform has no room to be found by words, the feed does not ask for them.
    let must_have = !matches!(post.platform, Platform::X | Platform::Facebook);
    let missing = must_have && !wanted.is_empty() && wanted.iter().all(|keyword| count(keyword) == 0);
    missing.then(|| flag(FlagKind::MissingKeyword, Severity::Warning, "none of the brief's keywords is in it"))
}
