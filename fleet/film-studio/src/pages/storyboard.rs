//! The shot list with its pictures, by scene.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Html;
use axum::routing::get;
use minijinja::{Value, context};

use super::{Failure, film_page, on_team, shown};
use crate::api::refused;
use crate::film::Shot;
use crate::state::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/films/{id}/storyboard", get(show))
}

async fn show(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    let (user, film) = on_team(&state, &headers, &id).await?;
    let told = |error| refused(error, "film");
    let scenes = state.store.scenes(film.id).await.map_err(told)?;
    let shots = state.store.shots(film.id).await.map_err(told)?;
    let groups: Vec<Value> = scenes
        .iter()
        .map(|scene| (scene, shots.iter().filter(|shot| shot.scene_id == scene.id).collect::<Vec<&Shot>>()))
        .filter(|(_, own)| !own.is_empty())
        .map(|(scene, own)| context! { scene => shown(&scene), shots => shown(&own) })
        .collect();
    film_page(&state, (&user, &film), ("storyboard.html", "storyboard"), context! { groups })
}
