//! Generation: thirty posts from a ready project, told as they come; one post anew.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use fleet_kit::{Drain, Fields, Problem};
use futures_util::Stream;
use serde_json::{Value, json};

use super::asking::{Own, find_own};
use super::{not_written, refused};
use crate::generation::{AT_ONCE, POSTS, deal};
use crate::state::Shared;
use crate::store::{RunToWrite, StoreError};
use crate::studio::{Actor, Platform, Post, Project, Run};
use crate::writing::TEMPLATES;

/// Its answer goes on for as long as the run.
pub const EVENTS_ROUTE: &str = "/api/generator/runs/{id}/events";
/// Waits for the provider.
pub const REGENERATE_ROUTE: &str = "/api/generator/regenerate";
const LOOK_EVERY: Duration = Duration::from_millis(300);

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/generator/templates", get(templates))
        .route("/api/generator/generate-all", post(generate_all))
        .route(REGENERATE_ROUTE, post(regenerate))
        .route("/api/generator/runs/{id}", get(read))
        .route("/api/generator/runs/{id}/cancel", post(cancel))
        .route(EVENTS_ROUTE, get(events))
}

async fn templates(_: Actor) -> Json<Value> {
    let described = |one: &crate::writing::Template| json!({"id": one.id, "title": one.title, "purpose": one.purpose});
    let platform = |one: Platform| {
        let length = one.length();
        json!({"id": one, "title": one.title(), "length_least": length.start(), "length_most": length.end()})
    };
    Json(json!({
        "templates": TEMPLATES.iter().map(described).collect::<Vec<_>>(),
        "platforms": Platform::ALL.map(platform),
        "posts": POSTS,
        "at_once": AT_ONCE,
    }))
}

async fn generate_all(State(state): State<Shared>, actor: Actor, mut fields: Fields) -> Result<Response, Problem> {
    let project = fields.required_text("project_id", 1..=64);
    let client = fields.optional_text("client_id", 1..=64);
    if !fields.is_sound() {
        return fields.finish().map(|()| StatusCode::BAD_REQUEST.into_response());
    }
    let project: Project = find_own(&state, &actor, &project).await?;
    if client.is_some_and(|client| project.client_id.is_none_or(|own| own.to_string() != client)) {
        fields.fault("client_id", "unknown", "the project is another client's");
    }
    fields.finish()?;
    let request_id = fleet_kit::request::current_id().unwrap_or_default();
    let slots = deal(&project.platforms, &project.templates);
    let run = state.store.begin_run(project.id, state.worker.holder(), &request_id, &slots).await;
    let run = run.map_err(refused("project"))?;
    state.worker.start(RunToWrite { id: run.id, project_id: run.project_id, request_id });
    let location = format!("/api/generator/runs/{}", run.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(run)).into_response())
}

async fn read(Own(run): Own<Run>) -> Json<Run> {
    Json(run)
}

async fn cancel(State(state): State<Shared>, Own(run): Own<Run>) -> Result<Json<Run>, Problem> {
    state.store.end_run(run.id, "cancelled", None).await.map_err(refused("run"))?;
    state.store.run(run.id).await.map_err(refused("run"))?.map(Json).ok_or_else(|| Problem::not_found("run"))
}

/// `progress` with the run whenever it has changed, `end` with its last state. Which instance writes does not matter: what
/// is told is what is kept.
async fn events(State(state): State<Shared>, Extension(drain): Extension<Drain>, Own(run): Own<Run>) -> Response {
    let stream = futures_util::stream::unfold(Some((None, run)), move |now| {
        let (state, drain) = (state.clone(), drain.clone());
        async move {
            let (told, mut run): (Option<Run>, Run) = now?;
            loop {
                let is_news = told.as_ref().is_none_or(|told| {
                    (told.written, told.failed, &told.status) != (run.written, run.failed, &run.status)
                });
                if run.status != "running" {
                    return Some((event("end", &run), None));
                }
                if is_news {
                    return Some((event("progress", &run), Some((Some(run.clone()), run))));
                }
                // A client that is sent away comes back to another instance.
                if drain.is_draining() {
                    return None;
                }
                tokio::time::sleep(LOOK_EVERY).await;
                run = match state.store.run(run.id).await {
                    Ok(Some(run)) => run,
                    Ok(None) | Err(StoreError::Missing) => return None,
                    Err(error) => {
                        tracing::warn!(%error, "cannot look how far a run is");
                        return None;
                    }
                };
            }
        }
    });
    sse(stream)
}

fn sse(stream: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let mut response = Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(10))).into_response();
    response.headers_mut().insert("x-accel-buffering", header::HeaderValue::from_static("no"));
    response
}

fn event(name: &str, run: &Run) -> Result<Event, Infallible> {
    Ok(Event::default().event(name).data(serde_json::to_string(run).unwrap_or_default()))
}

async fn regenerate(State(state): State<Shared>, actor: Actor, mut fields: Fields) -> Result<Json<Post>, Problem> {
    let post = fields.required_text("post_id", 1..=64);
    let note = fields.optional_prose("note", 500).unwrap_or_default();
    fields.finish()?;
    state.rewrites.take(&actor.0.id.to_string())?;
    let post: Post = find_own(&state, &actor, &post).await?;
    let project = state.store.project(post.project_id).await.map_err(refused("project"))?;
    let project = project.filter(|project| project.status != "generating");
    let project =
        project.ok_or_else(|| Problem::conflict("the project's posts are being written; wait for the run's end"))?;
    let lost = || Problem::conflict("the project has lost its client or its brief; choose them again");
    let client = state.store.client(project.client_id.ok_or_else(lost)?).await.map_err(refused("client"))?;
    let brief = state.store.brief(project.brief_id.ok_or_else(lost)?).await.map_err(refused("brief"))?;
    let (client, brief) = client.zip(brief).ok_or_else(lost)?;
    state.worker.rewrite(&client, &brief, &post, note).await.map_err(not_written)?;
    state.store.post(post.id).await.map_err(refused("post"))?.map(Json).ok_or_else(|| Problem::not_found("post"))
}
