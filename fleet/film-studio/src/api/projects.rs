//! Films: list, create, read, change, delete.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fleet_kit::given::Query;
use fleet_kit::paging::{Parameters, one_more, page, part};
use fleet_kit::versions::{Expected, made, shown};
use fleet_kit::{Fields, Problem};

use super::places::{Changed, OfFilm, Owned, Seen};
use super::refused;
use crate::film::{Actor, CURRENCIES, NewProject, Project, ProjectChange, ProjectId, UserId};
use crate::state::Shared;

const TITLE: std::ops::RangeInclusive<usize> = 1..=160;
const LOGLINE_MOST: usize = 2000;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/projects", get(list).post(create))
        .route("/api/projects/{id}", get(read).patch(change).delete(remove))
}

async fn list(
    State(state): State<Shared>,
    Actor(user): Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let page = page(&parameters, &[])?;
    let films = state.store.projects(user.id, one_more(page)).await.map_err(|error| refused(error, "film"))?;
    Ok(Json(part(films, page.limit, |film| film.id.to_string())).into_response())
}

async fn create(State(state): State<Shared>, Actor(user): Actor, mut fields: Fields) -> Result<Response, Problem> {
    let new = NewProject {
        title: fields.required_text("title", TITLE),
        logline: fields.optional_prose("logline", LOGLINE_MOST).unwrap_or_default(),
        currency: fields.optional_choice("currency", &CURRENCIES).unwrap_or(CURRENCIES[0]),
    };
    fields.finish()?;
    let film = state.store.create_project(user.id, new).await.map_err(|error| refused(error, "film"))?;
    state.tally.one("projects_created");
    let location = format!("/api/projects/{}", film.id);
    Ok(made(&film, film.version, location))
}

async fn read(State(state): State<Shared>, Seen(film): Seen<OfFilm>) -> Result<Response, Problem> {
    let film = whole(&state, film.user.id, film.project).await?;
    Ok(shown(&film, film.version))
}

async fn change(
    State(state): State<Shared>,
    Changed(film): Changed<OfFilm>,
    Expected(expected): Expected,
    mut fields: Fields,
) -> Result<Response, Problem> {
    let change = ProjectChange {
        title: fields.optional_text("title", TITLE),
        logline: fields.optional_prose("logline", LOGLINE_MOST),
        currency: fields.optional_choice("currency", &CURRENCIES),
    };
    fields.finish()?;
    let changed = state.store.update_project(film.project, change, expected).await;
    changed.map_err(|error| refused(error, "film"))?;
    let film = whole(&state, film.user.id, film.project).await?;
    Ok(shown(&film, film.version))
}

async fn remove(
    State(state): State<Shared>,
    Owned(film): Owned<OfFilm>,
    Expected(expected): Expected,
) -> Result<StatusCode, Problem> {
    state.store.delete_project(film.project, expected).await.map_err(|error| refused(error, "film"))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn whole(state: &Shared, user: UserId, project: ProjectId) -> Result<Project, Problem> {
    let film = state.store.project(user, project).await.map_err(|error| refused(error, "film"))?;
    film.ok_or_else(|| Problem::not_found("film"))
}
