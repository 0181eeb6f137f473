//! Files made of a film: schedule, day sheets, top sheet, and the bundle of everything.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fleet_kit::{Problem, file_names};

use super::places::{OfFilm, Seen};
use super::refused;
use crate::documents::{self, DocumentError, Film};
use crate::film::ShotId;
use crate::state::Shared;

/// Takes longer than other routes.
pub const BUNDLE_ROUTE: &str = "/api/projects/{id}/bundle.zip";
/// Takes longer than other routes.
pub const SCHEDULE_ROUTE: &str = "/api/projects/{id}/schedule.pdf";
/// A bundle holds at most so many bytes of pictures.
const PICTURE_BYTES_MOST: usize = 256 << 20;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route(SCHEDULE_ROUTE, get(schedule))
        .route("/api/projects/{id}/days/{number}/call-sheet.pdf", get(call_sheet))
        .route("/api/projects/{id}/budget.pdf", get(top_sheet))
        .route(BUNDLE_ROUTE, get(bundle))
}

async fn schedule(State(state): State<Shared>, Seen(place): Seen<OfFilm>) -> Result<Response, Problem> {
    let film = gather(&state, &place).await?;
    let name = file_name(&film, "schedule", "pdf");
    make(name, "application/pdf", move || documents::schedule(&film)).await
}

async fn call_sheet(
    State(state): State<Shared>,
    Seen(place): Seen<OfFilm>,
    Path((_, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let missing = || Problem::not_found("shooting day");
    let number: u32 = number.parse().map_err(|_| missing())?;
    let film = gather(&state, &place).await?;
    let day = film.days.iter().position(|day| day.number == number).ok_or_else(missing)?;
    let name = file_name(&film, &format!("day-{number}"), "pdf");
    make(name, "application/pdf", move || documents::call_sheet(&film, day)).await
}

async fn top_sheet(State(state): State<Shared>, Seen(place): Seen<OfFilm>) -> Result<Response, Problem> {
    let film = gather(&state, &place).await?;
    let name = file_name(&film, "top-sheet", "pdf");
    make(name, "application/pdf", move || documents::top_sheet(&film)).await
}

async fn bundle(State(state): State<Shared>, Seen(place): Seen<OfFilm>) -> Result<Response, Problem> {
    let told = |error| refused(error, "film");
    let film = gather(&state, &place).await?;
    let script = state.store.script(place.project).await.map_err(told)?.map(|script| script.fountain);
    let mut pictures: Vec<(ShotId, Vec<u8>)> = Vec::new();
    let mut size = 0;
    for shot in film.shots.iter().filter(|shot| shot.board.is_some()) {
        let picture = state.store.picture(shot.id).await.map_err(told)?;
        if let Some(bytes) = picture.filter(|bytes| size + bytes.len() <= PICTURE_BYTES_MOST) {
            size += bytes.len();
            pictures.push((shot.id, bytes));
        }
    }
    let name = file_name(&film, "bundle", "zip");
    let made = make(name, "application/zip", move || documents::bundle(&film, script, &pictures)).await?;
    state.tally.one("exports");
    Ok(made)
}

async fn gather(state: &Shared, place: &OfFilm) -> Result<Film, Problem> {
    let told = |error| refused(error, "film");
    let project = state.store.project(place.user.id, place.project).await.map_err(told)?;
    Ok(Film {
        project: project.ok_or_else(|| Problem::not_found("film"))?,
        team: state.store.team(place.project).await.map_err(told)?,
        breakdown: super::breakdown(state, place.project).await?,
        shots: state.store.shots(place.project).await.map_err(told)?,
        days: state.store.days(place.project).await.map_err(told)?,
        budget: state.store.budget(place.project).await.map_err(told)?,
    })
}

/// Makes a file off the async threads.
async fn make(
    name: String,
    media_type: &'static str,
    making: impl FnOnce() -> Result<Vec<u8>, DocumentError> + Send + 'static,
) -> Result<Response, Problem> {
    let made = tokio::task::spawn_blocking(making).await;
    let made = made.map_err(|error| Problem::internal("making a file", &error))?;
    let bytes = made.map_err(|error| Problem::internal("making a file", &error))?;
    let headers: [(HeaderName, String); 3] = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// `the-last-ferry-schedule.pdf`: letters and digits of ASCII, so that every system takes it.
fn file_name(film: &Film, what: &str, ending: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { ' ' };
    let title: String = film.project.title.chars().map(plain).collect();
    let words: Vec<&str> = title.split_whitespace().take(8).chain([what]).collect();
    file_names::safe(&words.join("-"), ending)
}
