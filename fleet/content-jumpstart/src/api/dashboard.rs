//! Figures for the dashboard: a user's own, or the whole service's for an operator.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use fleet_kit::Problem;
use serde_json::{Value, json};

use super::refused;
use crate::state::Shared;
use crate::studio::Actor;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/dashboard", get(show))
}

async fn show(State(state): State<Shared>, actor: Actor) -> Result<Json<Value>, Problem> {
    let figures = state.store.figures(actor.owner()).await.map_err(refused("figure"))?;
    let mut answer = json!(figures);
    answer["scope"] = json!(if actor.owner().is_some() { "own" } else { "everybody" });
    Ok(Json(answer))
}
