//! What each scene needs.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Html;
use axum::routing::get;
use minijinja::context;

use super::{Failure, film_page, on_team, shown};
use crate::state::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/films/{id}/breakdown", get(show))
}

async fn show(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    let (user, film) = on_team(&state, &headers, &id).await?;
    let breakdown = crate::api::breakdown(&state, film.id).await?;
    let details = context! { breakdown => shown(&breakdown) };
    film_page(&state, (&user, &film), ("breakdown.html", "breakdown"), details)
}
