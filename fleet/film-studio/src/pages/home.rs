//! `/`: what this is; whoever is signed in sees their films instead.

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use minijinja::context;

use super::Failure;
use crate::identity::visitor;
use crate::state::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/", get(home))
}

async fn home(State(state): State<Shared>, headers: HeaderMap) -> Result<Response, Failure> {
    if visitor(&state, &headers).await?.is_some() {
        return Ok(Redirect::to("/films").into_response());
    }
    Ok(state.templates.render("home.html", None, &state.version, context! {})?.into_response())
}
