//! The shooting days; and proposing them.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Html;
use axum::routing::get;
use minijinja::{Value, context};

use super::{Failure, film_page, on_team, shown};
use crate::api::refused;
use crate::state::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/films/{id}/schedule", get(show))
}

async fn show(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    let (user, film) = on_team(&state, &headers, &id).await?;
    let days = state.store.days(film.id).await.map_err(|error| refused(error, "film"))?;
    let breakdown = crate::api::breakdown(&state, film.id).await?;
    let of_days: Vec<Value> = days
        .iter()
        .map(|day| {
            let sheets = day.scenes.iter().filter_map(|id| breakdown.sheets.iter().find(|sheet| sheet.scene.id == *id));
            let sheets: Vec<_> = sheets.collect();
            let eighths: u32 = sheets.iter().map(|sheet| sheet.scene.eighths).sum();
            context! { day => shown(&day), sheets => shown(&sheets), eighths }
        })
        .collect();
    film_page(&state, (&user, &film), ("schedule.html", "schedule"), context! { days => of_days })
}
