//! The shooting days; proposing them, and changing one.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use fleet_kit::given::Form;
use fleet_kit::{Fields, Problem};
use minijinja::{Value, context};
use serde::Deserialize;
use serde_json::json;

use super::{Failure, film_page, on_team, shown, to_change};
use crate::api::{change_day, propose, refused};
use crate::state::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/films/{id}/schedule", get(show).post(make)).route("/films/{id}/days/{number}", post(change))
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

#[derive(Deserialize)]
struct Wish {
    /// `2026-05-07`.
    start: String,
    /// Pages of script to shoot in a day.
    pages: String,
}

async fn make(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(Wish { start, pages }): Form<Wish>,
) -> Result<Response, Failure> {
    let (_, film) = to_change(&state, &headers, &id).await?;
    let pages = pages.trim().parse::<u64>().ok().filter(|pages| (1..=20).contains(pages));
    let pages = pages.ok_or_else(|| Problem::malformed("a day has 1 to 20 pages"))?;
    propose(&state, film.id, Fields::of(json!({"start": start, "eighths_per_day": 8 * pages}))?).await?;
    Ok(Redirect::to(&format!("/films/{}/schedule", film.id)).into_response())
}

#[derive(Deserialize)]
struct Change {
    /// The version that the form was made of: who was quicker is not overwritten.
    version: i64,
    date: String,
    call_time: String,
    unit_base: String,
    notes: String,
}

async fn change(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path((id, number)): Path<(String, String)>,
    Form(given): Form<Change>,
) -> Result<Response, Failure> {
    let (_, film) = to_change(&state, &headers, &id).await?;
    let Change { version, date, call_time, unit_base, notes } = given;
    let fields = json!({"date": date, "call_time": call_time, "unit_base": unit_base, "notes": notes});
    change_day(&state, film.id, &number, Some(version), Fields::of(fields)?).await?;
    Ok(Redirect::to(&format!("/films/{}/schedule#d-{number}", film.id)).into_response())
}
