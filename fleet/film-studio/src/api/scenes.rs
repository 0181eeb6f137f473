//! Scenes, and the breakdown of what they need.

use std::collections::BTreeMap;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fleet_kit::given::Query;
use fleet_kit::{Fields, Problem};
use serde_json::json;

use super::places::{Changed, OfFilm, OfScene, Seen};
use super::refused;
use crate::film::{Breakdown, ITEM_KINDS, ProjectId, Sheet};
use crate::state::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/projects/{id}/scenes", get(list))
        .route("/api/scenes/{id}", get(read))
        .route("/api/projects/{id}/breakdown", get(sheets))
        .route("/api/scenes/{id}/items", axum::routing::post(add).delete(remove))
}

async fn list(State(state): State<Shared>, Seen(film): Seen<OfFilm>) -> Result<Response, Problem> {
    let text = cached_scenes(&state, film.project, film.content).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// The list of scenes as JSON, from the cache if it is there.
async fn cached_scenes(state: &Shared, project: ProjectId, content: i64) -> Result<String, Problem> {
    let key = format!("film-studio:scenes:{project}:{content}");
    if let Some(text) = state.cache.get(&key).await {
        return Ok(text);
    }
    let scenes = state.store.scenes(project).await.map_err(|error| refused(error, "film"))?;
    let text = json!({ "items": scenes }).to_string();
    state.cache.put(&key, &text).await;
    Ok(text)
}

async fn read(Seen(place): Seen<OfScene>) -> Response {
    Json(json!({
        "project_id": place.project,
        "speakers": place.scene.speakers(),
        "scene": place.scene,
    }))
    .into_response()
}

async fn sheets(State(state): State<Shared>, Seen(film): Seen<OfFilm>) -> Result<Response, Problem> {
    Ok(Json(breakdown(&state, film.project).await?).into_response())
}

/// A film's breakdown; omitted scenes need nothing.
pub async fn breakdown(state: &Shared, project: ProjectId) -> Result<Breakdown, Problem> {
    let told = |error| refused(error, "film");
    let scenes = state.store.scenes(project).await.map_err(told)?;
    let mut items = state.store.items(project).await.map_err(told)?.into_iter().peekable();
    let mut sheets: Vec<Sheet> = Vec::new();
    for scene in scenes.into_iter().filter(|scene| !scene.omitted) {
        let mut own = Vec::new();
        while let Some((_, item)) = items.next_if(|(of, _)| *of == scene.id) {
            own.push(item);
        }
        sheets.push(Sheet { scene, items: own });
    }
    Ok(Breakdown::of(sheets))
}

fn item(mut fields: Fields) -> Result<(&'static str, String), Problem> {
    let kind = fields.required_choice("kind", &ITEM_KINDS);
    let name = fields.required_text("name", 1..=80).to_uppercase();
    if name.chars().count() > 80 {
        fields.fault("name", "length", "`name` is longer than 80 characters in capitals");
    }
    fields.finish()?;
    kind.map(|kind| (kind, name)).ok_or_else(|| Problem::malformed("`kind` is missing"))
}

async fn add(
    State(state): State<Shared>,
    Changed(place): Changed<OfScene>,
    fields: Fields,
) -> Result<StatusCode, Problem> {
    let (kind, name) = item(fields)?;
    let added = state.store.add_item(place.project, place.scene.brief.id, kind, &name).await;
    added.map_err(|error| refused(error, "scene"))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(
    State(state): State<Shared>,
    Changed(place): Changed<OfScene>,
    Query(parameters): Query<BTreeMap<String, String>>,
) -> Result<StatusCode, Problem> {
    // Bodies of DELETE do not pass every proxy.
    let (kind, name) = item(Fields::of(json!(parameters))?)?;
    let removed = state.store.remove_item(place.project, place.scene.brief.id, (kind, &name)).await;
    removed.map_err(|error| refused(error, "item"))?;
    Ok(StatusCode::NO_CONTENT)
}
