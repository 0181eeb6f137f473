//! The list of films, and beginning one.

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use fleet_kit::given::{Form, Query};
use fleet_kit::paging::Page;
use fleet_kit::{Fields, cookies};
use minijinja::context;
use serde::Deserialize;
use serde_json::json;

use super::{Failure, member, shown};
use crate::api::refused;
use crate::film::{CURRENCIES, NewProject};
use crate::state::Shared;

const FILMS_PER_PAGE: u32 = 24;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/films", get(list).post(begin))
}

/// Where the list goes on; anything that is no id begins at the start.
#[derive(Deserialize)]
struct From {
    after: Option<String>,
}

async fn list(
    State(state): State<Shared>,
    headers: HeaderMap,
    Query(from): Query<From>,
) -> Result<Html<String>, Failure> {
    let user = member(&state, &headers).await?;
    let page = Page { limit: FILMS_PER_PAGE + 1, after: from.after.as_deref().and_then(|id| id.parse().ok()) };
    let mut films = state.store.projects(user.id, page).await.map_err(|error| refused(error, "film"))?;
    let more = films.len() > FILMS_PER_PAGE as usize;
    films.truncate(FILMS_PER_PAGE as usize);
    let next = if more { films.last().map(|film| film.id.to_string()) } else { None };
    let first = from.after.is_none();
    let details = context! { films => shown(&films), next, first, currencies => CURRENCIES };
    Ok(state.templates.render("films.html", Some(&user), &state.version, details)?)
}

#[derive(Deserialize)]
struct Beginning {
    title: String,
    logline: String,
    currency: String,
}

async fn begin(
    State(state): State<Shared>,
    headers: HeaderMap,
    Form(given): Form<Beginning>,
) -> Result<Response, Failure> {
    cookies::refuse_other_sites(&headers)?;
    let user = member(&state, &headers).await?;
    let Beginning { title, logline, currency } = given;
    let mut fields = Fields::of(json!({"title": title, "logline": logline, "currency": currency}))?;
    let new = NewProject {
        title: fields.required_text("title", 1..=160),
        logline: fields.optional_prose("logline", 2000).unwrap_or_default(),
        currency: fields.optional_choice("currency", &CURRENCIES).unwrap_or(CURRENCIES[0]),
    };
    fields.finish()?;
    let film = state.store.create_project(user.id, new).await.map_err(|error| refused(error, "film"))?;
    state.tally.one("projects_created");
    Ok(Redirect::to(&format!("/films/{}", film.id)).into_response())
}
