//! The top sheet and the lines behind it.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Html;
use axum::routing::get;
use minijinja::context;

use super::{Failure, film_page, on_team, shown};
use crate::api::refused;
use crate::film::top_sheet;
use crate::state::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/films/{id}/budget", get(show))
}

async fn show(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    let (user, film) = on_team(&state, &headers, &id).await?;
    let lines = state.store.budget(film.id).await.map_err(|error| refused(error, "film"))?;
    let details = context! { sheet => shown(&top_sheet(&lines)), lines => shown(&lines) };
    film_page(&state, (&user, &film), ("budget.html", "budget"), details)
}
