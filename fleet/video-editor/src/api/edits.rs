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
use uuid::Uuid;

use super::{not_opened, project, refused};
use crate::cache;
use crate::collab::RoomsError;
use crate::identity::Actor;
use crate::state::Shared;
use crate::store::{Asset, EditRow, StoreError};
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

/// An edit and the id by which it is made once, however often it is sent.
struct Asked {
    /// Also names what the edit makes.
    id: String,
    edit: Edit,
    /// For the list of edits.
    detail: Value,
}

fn asked(mut body: Value) -> Result<Asked, Problem> {
    let given = body.as_object_mut().and_then(|members| members.remove("id"));
    let invalid =
        |field: &str, code, detail| Problem::invalid(vec![FieldFault { field: field.to_owned(), code, detail }]);
    let id = match given {
        None => Uuid::now_v7(),
        Some(given) => given
            .as_str()
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| invalid("id", "type", "`id` must be a UUID, anew for each edit".to_owned()))?,
    };
    let id = id.simple().to_string();
    let edit: Edit = serde_json::from_value(body.clone())
        .map_err(|error| invalid("kind", "edit", format!("this is no edit: {error}")))?;
    if let Value::Object(members) = &mut body {
        members.insert("id".to_owned(), json!(id));
    }
    Ok(Asked { id, edit, detail: body })
}

impl Asked {
    fn apply(&self, before: &Timeline, assets: &[Asset]) -> Result<Timeline, NotMade> {
        let is_taken = before.tracks.iter().map(|track| &track.id).chain(before.clips.iter().map(|clip| &clip.id));
        if is_taken.into_iter().any(|id| *id == self.id) {
            return Err(NotMade::Refused(Refusal::Impossible("this `id` names something else already".to_owned())));
        }
        let source = |id| assets.iter().find(|asset| asset.id == id).map(Asset::source);
        self.edit.apply(before, source, &self.id).map_err(NotMade::Refused)
    }

    /// What the client is told when the edit was made, but not all of it is known to be kept.
    fn undecided(&self, error: StoreError) -> Problem {
        if let StoreError::Missing = error {
            return refused(error, "project");
        }
        let mut problem = refused(error, "project");
        problem.detail +=
            &format!("; the edit may be made all the same: sent again with \"id\": \"{}\", it is made once", self.id);
        problem
    }
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
    let asked = asked(body)?;
    let project = project(&state, &id).await?;
    let assets = state.store.assets(project.id).await.map_err(|error| refused(error, "project"))?;
    let made = state.rooms.edit(project.id, &asked.id, |before| asked.apply(before, &assets)).await;
    let made = made.map_err(|error| match error {
        NotMade::NotOpened(RoomsError::NotKept(error)) => asked.undecided(error),
        NotMade::NotOpened(error) => not_opened(error),
        NotMade::Refused(Refusal::Missing(what)) => Problem::not_found(what),
        NotMade::Refused(refusal @ Refusal::Impossible(_)) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "impossible", refusal.to_string())
        }
    })?;
    let kind = asked.edit.name();
    let again = made.is_old.then_some(asked.id.as_str());
    let noted = state.store.note_edit(project.id, user.id, kind, &asked.detail, again).await;
    noted.map_err(|error| asked.undecided(error))?;
    state.cache.forget(cache::RECENT_EDITS).await;
    metrics::counter!("edits_total", "kind" => kind).increment(1);
    let mut answer = shown(&made.timeline);
    answer["made"] = json!(asked.id);
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

async fn recent(State(state): State<Shared>, _: Actor) -> Result<Response, Problem> {
    let edits: Result<Vec<EditRow>, _> =
        state.cache.get_or(cache::RECENT_EDITS, state.store.recent_edits(RECENT)).await;
    let items = edits.map_err(|error| refused(error, "edit"))?;
    Ok(Json(json!({"items": items})).into_response())
}
