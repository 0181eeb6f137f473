//! The shooting schedule.

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch};
use fleet_kit::versions::Expected;
use fleet_kit::{Fields, Problem};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::places::{Changed, OfFilm, Seen};
use super::refused;
use crate::film::{DayChange, ProjectId, Wanted, schedule};
use crate::fountain::Heading;
use crate::state::Shared;

const EIGHTHS_DEFAULT: u32 = 40;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/projects/{id}/schedule", get(read).post(make))
        .route("/api/projects/{id}/days/{number}", patch(change))
}

async fn read(State(state): State<Shared>, Seen(film): Seen<OfFilm>) -> Result<Response, Problem> {
    answer(&state, film.project).await
}

async fn answer(state: &Shared, project: ProjectId) -> Result<Response, Problem> {
    let days = state.store.days(project).await.map_err(|error| refused(error, "film"))?;
    Ok(Json(json!({ "days": days })).into_response())
}

async fn make(
    State(state): State<Shared>,
    Changed(film): Changed<OfFilm>,
    fields: Fields,
) -> Result<Response, Problem> {
    propose(&state, film.project, fields).await?;
    answer(&state, film.project).await
}

/// Proposes days for every scene, in place of the schedule before.
pub async fn propose(state: &Shared, project: ProjectId, mut fields: Fields) -> Result<(), Problem> {
    let start = day(&mut fields, "start", true);
    let eighths_most = match fields.take("eighths_per_day") {
        None => EIGHTHS_DEFAULT,
        Some(given) => match given.as_u64().filter(|eighths| (4..=160).contains(eighths)) {
            Some(eighths) => eighths as u32,
            None => {
                fields.fault("eighths_per_day", "range", "`eighths_per_day` must be a whole number from 4 to 160");
                EIGHTHS_DEFAULT
            }
        },
    };
    fields.finish()?;
    let start = start.ok_or_else(|| Problem::malformed("`start` is missing"))?;
    let told = |error| refused(error, "film");
    let scenes = state.store.scenes(project).await.map_err(told)?;
    let wanted = scenes.into_iter().filter(|scene| !scene.omitted).map(|scene| Wanted {
        id: scene.id,
        position: scene.position,
        night: Heading::of(&scene.heading).is_night(),
        place: scene.place,
        eighths: scene.eighths,
    });
    let days = schedule(wanted.collect(), start, eighths_most);
    if days.is_empty() {
        return Err(Problem::conflict("the film has no scenes yet; save a script first"));
    }
    state.store.replace_days(project, days).await.map_err(told)?;
    state.tally.one("schedules_made");
    Ok(())
}

async fn change(
    State(state): State<Shared>,
    Changed(film): Changed<OfFilm>,
    Path((_, number)): Path<(String, String)>,
    Expected(expected): Expected,
    fields: Fields,
) -> Result<Response, Problem> {
    change_day(&state, film.project, &number, expected, fields).await?;
    answer(&state, film.project).await
}

/// Changes a day of the schedule, if it has still the expected version.
pub async fn change_day(
    state: &Shared,
    project: ProjectId,
    number: &str,
    expected: Option<i64>,
    mut fields: Fields,
) -> Result<(), Problem> {
    let number: u32 = number.parse().map_err(|_| Problem::not_found("shooting day"))?;
    let date = day(&mut fields, "date", false);
    let call_time = fields.optional_text("call_time", 5..=5);
    if call_time.as_deref().is_some_and(|time| !is_time(time)) {
        fields.fault("call_time", "text", "`call_time` must be a time such as `07:30`");
    }
    let unit_base = fields.optional_text("unit_base", 0..=200);
    let notes = fields.optional_prose("notes", 5000);
    fields.finish()?;
    let change = DayChange { date, call_time, unit_base, notes };
    let changed = state.store.update_day(project, number, change, expected).await;
    changed.map_err(|error| refused(error, "shooting day"))
}

fn is_time(text: &str) -> bool {
    let digits = text.chars().enumerate().all(|(at, c)| if at == 2 { c == ':' } else { c.is_ascii_digit() });
    digits && text.get(..2) < Some("24") && text.get(3..) < Some("60")
}

/// A member with a day between 1990 and 2100.
fn day(fields: &mut Fields, name: &'static str, required: bool) -> Option<Date> {
    let given = fields.take(name);
    if given.is_none() && !required {
        return None;
    }
    let date: Option<Date> =
        given.as_ref().and_then(Value::as_str).filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
    let date = date.filter(|date| (1990..=2100).contains(&date.year()));
    if date.is_none() {
        let code = if given.is_none() { "missing" } else { "text" };
        fields.fault(name, code, format!("`{name}` must be a day such as `2026-05-07`"));
    }
    date
}
