//! Text that was to be replaced before anybody sees it.

use super::flag;
use crate::studio::{Flag, FlagKind, Post, Severity};

const SIGNS: [&str; 8] = ["lorem ipsum", "{{", "}}", "<insert", "xxx", "tbd", "as an ai", "your company name"];

pub(super) fn check(post: &Post) -> Option<Flag> {
    let text = post.body.to_lowercase();
    let sign = SIGNS.into_iter().find(|sign| text.contains(sign)).map(str::to_owned).or_else(|| bracket(&post.body))?;
    Some(flag(FlagKind::Placeholder, Severity::Error, format!("holds \"{sign}\", which was to be replaced")))
}

/// `[Name]`, `[insert city]`: letters in square brackets that are no link.
fn bracket(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('[')?;
    let (inside, after) = rest.split_once(']')?;
    let is_label =
        !inside.is_empty() && inside.len() < 40 && inside.chars().all(|c| c.is_alphabetic() || " _-".contains(c));
    if is_label && !after.starts_with('(') { Some(format!("[{inside}]")) } else { bracket(after) }
}
