//! Who works on a film, and what they may do.

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use fleet_kit::{Fields, Problem};
use serde_json::json;

use super::places::{OfFilm, Owned, Seen};
use super::refused;
use crate::film::{Seat, TEAM_ROLES};
use crate::state::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/projects/{id}/team", get(list).post(put))
        .route("/api/projects/{id}/team/{user_id}", delete(remove))
}

async fn list(State(state): State<Shared>, Seen(film): Seen<OfFilm>) -> Result<Response, Problem> {
    let team = state.store.team(film.project).await.map_err(|error| refused(error, "film"))?;
    Ok(Json(json!({ "items": team })).into_response())
}

/// Somebody with an account gets a seat, or another one.
async fn put(State(state): State<Shared>, Owned(film): Owned<OfFilm>, mut fields: Fields) -> Result<Response, Problem> {
    let email = fields.required_text("email", 3..=254).to_lowercase();
    let role = fields.required_choice("role", &TEAM_ROLES).and_then(Seat::named);
    let job = fields.optional_text("job", 0..=80).unwrap_or_default();
    fields.finish()?;
    let seat = role.ok_or_else(|| Problem::malformed("`role` is missing"))?;
    let put = state.store.put_member(film.project, &email, seat, &job).await;
    put.map_err(|error| refused(error, "account with this e-mail address; they must register first"))?;
    let team = state.store.team(film.project).await.map_err(|error| refused(error, "film"))?;
    Ok(Json(json!({ "items": team })).into_response())
}

async fn remove(
    State(state): State<Shared>,
    Owned(film): Owned<OfFilm>,
    Path((_, user)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let user = user.parse().map_err(|_| Problem::not_found("member of the team"))?;
    let removed = state.store.remove_member(film.project, user).await;
    removed.map_err(|error| refused(error, "member of the team"))?;
    Ok(StatusCode::NO_CONTENT)
}
