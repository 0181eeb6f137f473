//! `/`: what this is, and the newest universes.

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Html;
use axum::routing::get;
use minijinja::context;
use minijinja::value::Serde;

use super::Failure;
use crate::api::refused;
use crate::identity::page_viewer;
use crate::state::Shared;
use crate::store::Page;

const NEWEST: u32 = 6;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/", get(home))
}

async fn home(State(state): State<Shared>, headers: HeaderMap) -> Result<Html<String>, Failure> {
    let viewer = page_viewer(&state, &headers).await?;
    let universes = state.store.universes(&viewer, Page { limit: NEWEST, after: None }).await;
    let universes = universes.map_err(|error| refused(error, "universe"))?;
    Ok(state.templates.render("home.html", &viewer, &state.version, context! { universes => Serde(universes) })?)
}
