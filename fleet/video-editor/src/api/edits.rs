//! The timeline as it is, edits of it, and which were made last. An edit made here reaches everybody who has the project open.

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use fleet_kit::Problem;
use fleet_kit::problem::FieldFault;
use serde_json::{Value, json};

use super::{not_opened, project, refused};
use crate::cache;
use crate::collab::RoomsError;
use crate::identity::Actor;
use crate::state::Shared;
use crate::store::EditRow;
use crate::timeline::{Edit, Refusal, Timeline};

/// So many recent edits are listed.
const RECENT: u32 = 20;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/projects/{id}/timeline", get(timeline))
        .route("/api/projects/{id}/edits", post(edit))
        .route("/api/edits/recent", get(recent))
}

async fn timeline(State(state): State<Shared>, _: Actor, Path(id): Path<String>) -> Result<Response, Problem> {
    let project = project(&state, &id).await?;
    let room = state.rooms.room(project.id).await.map_err(not_opened)?;
    Ok(Json(shown(&room.timeline())).into_response())
}

fn shown(timeline: &Timeline) -> Value {
    json!({
        "tracks": timeline.tracks,
        "clips": timeline.clips,
        "duration_ms": timeline.duration_ms(),
        "overlaps": timeline.overlaps(),
    })
}

/// Why an edit was not made.
enum NotMade {
    Refused(Refusal),
    NotOpened(RoomsError),
}

impl From<RoomsError> for NotMade {
    fn from(error: RoomsError) -> NotMade {
        NotMade::NotOpened(error)
    }
}

async fn edit(
    State(state): State<Shared>,
    Actor(user): Actor,
    Path(id): Path<String>,
    body: Result<Json<Value>, axum::extract::rejection::JsonRejection>,
) -> Result<Response, Problem> {
    let Json(body) = body.map_err(|error| Problem::new(error.status(), "malformed", error.body_text()))?;
    let edit: Edit = serde_json::from_value(body.clone()).map_err(|error| {
        let fault = FieldFault { field: "kind".to_owned(), code: "edit", detail: format!("this is no edit: {error}") };
        Problem::invalid(vec![fault])
    })?;
    let project = project(&state, &id).await?;
    let assets = state.store.assets(project.id).await.map_err(|error| refused(error, "project"))?;
    let source = |id| assets.iter().find(|asset| asset.id == id).map(|asset| asset.source());
    let fresh = uuid::Uuid::now_v7().simple().to_string();
    let made =
        state.rooms.edit(project.id, |before| edit.apply(before, source, &fresh).map_err(NotMade::Refused)).await;
    let after = made.map_err(|error| match error {
        NotMade::NotOpened(error) => not_opened(error),
        NotMade::Refused(Refusal::Missing(what)) => Problem::not_found(what),
        NotMade::Refused(refusal @ Refusal::Impossible(_)) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "impossible", refusal.to_string())
        }
    })?;
    let noted = state.store.note_edit(project.id, user.id, edit.name(), &body).await;
    noted.map_err(|error| refused(error, "project"))?;
    state.cache.forget(cache::RECENT_EDITS).await;
    metrics::counter!("edits_total", "kind" => edit.name()).increment(1);
    let mut answer = shown(&after);
    answer["made"] = json!(fresh);
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

async fn recent(State(state): State<Shared>, _: Actor) -> Result<Response, Problem> {
    let edits: Result<Vec<EditRow>, _> =
        state.cache.get_or(cache::RECENT_EDITS, state.store.recent_edits(RECENT)).await;
    let items = edits.map_err(|error| refused(error, "edit"))?;
    Ok(Json(json!({"items": items})).into_response())
}
