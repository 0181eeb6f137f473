//! A plain text.

use super::{Contents, heading, subtitle};

pub(super) fn make(contents: &Contents<'_>) -> String {
    let mut text = format!("{}\n{}\n", contents.project, subtitle(contents));
    for post in contents.posts {
        let heading = heading(post);
        text.push_str(&format!("\n\n{heading}\n{}\n\n{}\n", "-".repeat(heading.chars().count()), post.body));
    }
    text
}
