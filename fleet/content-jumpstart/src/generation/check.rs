//! Checks all posts of a project beside each other and keeps what was found.

use crate::quality;
use crate::store::{Store, StoreError};
use crate::studio::{Post, ProjectId};

/// Reads the posts, judges them, keeps flags and scores; gives the posts as they stand now.
pub async fn check_project(store: &Store, project: ProjectId) -> Result<Vec<Post>, StoreError> {
    let posts = store.posts(project).await?;
    let brief = match store.project(project).await?.and_then(|project| project.brief_id) {
        Some(id) => store.brief(id).await?,
        None => None,
    };
    let keywords = brief.as_ref().map_or(&[][..], |brief| &brief.content.keywords);
    let call = brief.as_ref().map_or("", |brief| &brief.content.call_to_action);
    let checks = quality::judge(&posts, keywords, call);
    let found: Vec<_> = posts
        .iter()
        .zip(checks)
        .filter(|(post, check)| post.flags != check.flags || post.score != check.score)
        .map(|(post, check)| (post.id, check.flags, check.score))
        .collect();
    if found.is_empty() {
        return Ok(posts);
    }
    store.keep_checks(found).await?;
    store.posts(project).await
}
