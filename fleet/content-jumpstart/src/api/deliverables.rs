//! Delivering: the approved posts as a file, kept with the proof of who got it when.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use fleet_kit::{Fields, Problem};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::asking::Own;
use super::refused;
use crate::delivery::{Contents, file_name, make};
use crate::state::Shared;
use crate::studio::{Actor, Deliverable, FORMATS, Format, NewDeliverable, Post, Project};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/projects/{id}/deliverables", get(list).post(create))
        .route("/api/deliverables/{id}", get(read))
        .route("/api/deliverables/{id}/file", get(file))
}

async fn list(State(state): State<Shared>, Own(project): Own<Project>) -> Result<Json<Value>, Problem> {
    let items = state.store.deliverables(project.id).await.map_err(refused("project"))?;
    Ok(Json(json!({"items": items})))
}

async fn create(
    State(state): State<Shared>,
    Actor(user): Actor,
    Own(project): Own<Project>,
    mut fields: Fields,
) -> Result<Response, Problem> {
    let format = fields.required_choice("format", &FORMATS);
    let recipient = fields.required_text("recipient", 1..=254);
    fields.finish()?;
    let format =
        format.and_then(|name| name.parse::<Format>().ok()).ok_or_else(|| Problem::malformed("no such format"))?;
    let posts = state.store.posts(project.id).await.map_err(refused("project"))?;
    let approved: Vec<Post> = posts.into_iter().filter(|post| post.status == "approved").collect();
    if approved.is_empty() {
        return Err(Problem::conflict("no post is approved yet"));
    }
    let client = project.client_name.clone().unwrap_or_default();
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let name = project.name.clone();
    // Packing takes a while and no waiting: not on the threads that answer.
    let making = tokio::task::spawn_blocking(move || {
        let made = make(&Contents { project: &name, client: &client, day: &day, posts: &approved }, format);
        made.map(|made| (made, approved.len()))
    });
    let made = making.await.map_err(|error| Problem::internal("making a deliverable", &error))?;
    let (made, posts) = made.map_err(|error| Problem::internal("making a deliverable", &error))?;
    let new = NewDeliverable {
        project_id: project.id,
        format,
        file_name: file_name(&project.name, format),
        sha256: hex::encode(Sha256::digest(&made.bytes)),
        content: made.bytes,
        posts,
        letters_lost: made.letters_lost,
        recipient,
        delivered_by: user.email,
    };
    let kept = state.store.deliver(new).await.map_err(refused("project"))?;
    metrics::counter!("deliverables_total", "format" => format.as_str()).increment(1);
    tracing::info!(deliverable = %kept.id, format = format.as_str(), "delivered");
    Ok((StatusCode::CREATED, Json(kept)).into_response())
}

async fn read(Own(deliverable): Own<Deliverable>) -> Json<Deliverable> {
    Json(deliverable)
}

async fn file(State(state): State<Shared>, Own(deliverable): Own<Deliverable>) -> Result<Response, Problem> {
    let bytes = state.store.fetch_file(deliverable.id).await.map_err(refused("deliverable"))?;
    let disposition = format!("attachment; filename=\"{}\"", deliverable.file_name);
    let headers = [
        (header::CONTENT_TYPE, deliverable.format.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::ETAG, format!("\"{}\"", deliverable.sha256)),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
