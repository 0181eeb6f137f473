//! A film's script, scene by scene as on the page; and saving one.

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use fleet_kit::Problem;
use fleet_kit::given::Query;
use minijinja::context;
use serde::Deserialize;

use super::{Failure, film_page, on_team, shown, to_change};
use crate::api::{Understood, refused, understand};
use crate::film::{Project, User};
use crate::state::Shared;
use crate::store::StoreError;

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
    let script = state.store.script(film.id).await.map_err(|error| refused(error, "film"))?;
    let draft =
        script.map_or_else(Draft::default, |kept| Draft { script: kept.fountain, revision: kept.revision.into() });
    page_of(&state, (&user, &film), from, &draft, "").await
}

async fn page_of(
    state: &Shared,
    (user, film): (&User, &Project),
    from: Option<u32>,
    draft: &Draft,
    told: &str,
) -> Result<Html<String>, Failure> {
    let from = from.unwrap_or(1).max(1);
    let failed = |error| refused(error, "film");
    let mut part = state.store.whole_scenes(film.id, from, SCENES_PER_PAGE + 1).await.map_err(failed)?;
    let next = (part.len() > SCENES_PER_PAGE as usize).then_some(from + SCENES_PER_PAGE);
    part.truncate(SCENES_PER_PAGE as usize);
    let index = state.store.scenes(film.id).await.map_err(failed)?;
    let before = (from > 1).then(|| from.saturating_sub(SCENES_PER_PAGE).max(1));
    let details = context! {
        scenes => shown(&part),
        index => shown(&index),
        text => draft.script.as_str(),
        revision => draft.revision,
        told, next, before,
        per_page => SCENES_PER_PAGE,
    };
    film_page(state, (user, film), ("script.html", "script"), details)
}

#[derive(Default, Deserialize)]
struct Draft {
    script: String,
    /// Which revision it was written over; 0: there was none.
    revision: i64,
}

async fn save(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(draft): Form<Draft>,
) -> Result<Response, Failure> {
    let (user, film) = to_change(&state, &headers, &id).await?;
    let script = &draft.script;
    if script.trim().is_empty() || script.len() > state.script_bytes_most || script.contains('\0') {
        let detail = format!("the script must have 1 to {} bytes of text", state.script_bytes_most);
        return Err(Problem::malformed(detail).into());
    }
    let Understood { scenes, text, .. } = understand(script.clone()).await?;
    match state.store.save_script(film.id, text, scenes, Some(draft.revision)).await {
        Ok(_) => {
            state.tally.one("scripts_saved");
            Ok(Redirect::to(&format!("/films/{}", film.id)).into_response())
        }
        Err(StoreError::Stale { current }) => {
            let told = format!(
                "Somebody saved revision {current} while you wrote. Your text still stands below: open the film in another \
                 window, bring both together there, and save from there."
            );
            let page = page_of(&state, (&user, &film), None, &draft, &told).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => Err(refused(error, "film").into()),
    }
}
