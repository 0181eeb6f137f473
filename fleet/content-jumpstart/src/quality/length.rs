//! Whether a post is as long as its platform takes it.

use super::flag;
use crate::studio::{Flag, FlagKind, Post, Severity};

pub(super) fn check(post: &Post) -> Option<Flag> {
    let (count, range) = (post.body.chars().count(), post.platform.length());
    let (least, most, title) = (range.start(), range.end(), post.platform.title());
    if count < *least {
        let detail = format!("{count} characters; {title} wants at least {least}");
        return Some(flag(FlagKind::TooShort, Severity::Warning, detail));
    }
    (count > *most)
        .then(|| flag(FlagKind::TooLong, Severity::Error, format!("{count} characters; {title} takes at most {most}")))
}
