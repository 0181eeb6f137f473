//! Reviewing: read the posts of a project, change one, approve or reject it, approve all without a flag.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use fleet_kit::{Fields, Problem};
use serde_json::{Value, json};

use super::asking::Own;
use super::{expected, refused};
use crate::generation::check_project;
use crate::state::Shared;
use crate::studio::{Post, PostChange, Project};

const BODY_MOST: usize = 8000;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/projects/{id}/posts", get(list))
        .route("/api/projects/{id}/approve", post(approve_clean))
        .route("/api/posts/{id}", patch(change).get(read))
}

async fn list(State(state): State<Shared>, Own(project): Own<Project>) -> Result<Json<Value>, Problem> {
    let items = state.store.posts(project.id).await.map_err(refused("project"))?;
    Ok(Json(json!({"items": items})))
}

async fn read(Own(post): Own<Post>) -> Json<Post> {
    Json(post)
}

async fn change(
    State(state): State<Shared>,
    Own(post): Own<Post>,
    headers: HeaderMap,
    mut fields: Fields,
) -> Result<Json<Post>, Problem> {
    let body = fields.optional_prose("body", BODY_MOST);
    if body.as_ref().is_some_and(String::is_empty) {
        fields.fault("body", "length", "`body` is empty; reject the post instead");
    }
    let change = PostChange {
        body,
        status: fields.optional_choice("status", &["approved", "rejected", "written"]),
        note: fields.optional_prose("note", 500),
    };
    fields.finish()?;
    let is_rewritten = change.body.is_some();
    let mut changed = state.store.change_post(post.id, change, expected(&headers)?).await.map_err(refused("post"))?;
    if is_rewritten {
        let all = check_project(&state.store, post.project_id).await.map_err(refused("project"))?;
        changed = all.into_iter().find(|one| one.id == post.id).unwrap_or(changed);
    }
    Ok(Json(changed))
}

async fn approve_clean(State(state): State<Shared>, Own(project): Own<Project>) -> Result<Json<Value>, Problem> {
    if project.status != "qa" && project.status != "delivered" {
        return Err(Problem::conflict("there is nothing to approve before the posts are written"));
    }
    let approved = state.store.approve_clean(project.id).await.map_err(refused("project"))?;
    Ok(Json(json!({"approved": approved})))
}
