//! A film's script, scene by scene as on the page; and saving one.

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use fleet_kit::Problem;
use minijinja::context;
use serde::Deserialize;

use super::{Failure, film_page, on_team, shown, to_change};
use crate::api::{Understood, refused, understand};
use crate::state::Shared;

const SCENES_PER_PAGE: u32 = 20;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/films/{id}", get(show))
        .route("/films/{id}/script", post(save))
        .layer(DefaultBodyLimit::max(8 << 20))
}

/// The first scene shown.
#[derive(Deserialize)]
struct From {
    from: Option<u32>,
}

async fn show(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(From { from }): Query<From>,
) -> Result<Html<String>, Failure> {
    let (user, film) = on_team(&state, &headers, &id).await?;
    let from = from.unwrap_or(1).max(1);
    let told = |error| refused(error, "film");
    let mut part = state.store.whole_scenes(film.id, from, SCENES_PER_PAGE + 1).await.map_err(told)?;
    let next = (part.len() > SCENES_PER_PAGE as usize).then_some(from + SCENES_PER_PAGE);
    part.truncate(SCENES_PER_PAGE as usize);
    let index = state.store.scenes(film.id).await.map_err(told)?;
    let text = state.store.script(film.id).await.map_err(told)?.map(|script| script.fountain);
    let before = (from > 1).then(|| from.saturating_sub(SCENES_PER_PAGE).max(1));
    let details = context! {
        scenes => shown(&part),
        index => shown(&index),
        text, next, before,
        per_page => SCENES_PER_PAGE,
    };
    film_page(&state, (&user, &film), ("script.html", "script"), details)
}

#[derive(Deserialize)]
struct Draft {
    script: String,
}

async fn save(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(Draft { script }): Form<Draft>,
) -> Result<Response, Failure> {
    let (_, film) = to_change(&state, &headers, &id).await?;
    if script.trim().is_empty() || script.len() > state.script_bytes_most || script.contains('\0') {
        let detail = format!("the script must have 1 to {} bytes of text", state.script_bytes_most);
        return Err(Problem::malformed(detail).into());
    }
    let Understood { scenes, text, .. } = understand(script).await?;
    let saved = state.store.save_script(film.id, text, scenes, None).await;
    saved.map_err(|error| refused(error, "film"))?;
    state.tally.one("scripts_saved");
    Ok(Redirect::to(&format!("/films/{}", film.id)).into_response())
}
