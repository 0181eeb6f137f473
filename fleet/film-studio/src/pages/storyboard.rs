//! The shot list with its pictures, by scene; adding shots, drawing and removing them.

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
use crate::api::{add_shot, draw_board, refused};
use crate::film::{ANGLES, MOVEMENTS, ProjectId, SIZES, SceneId, Shot, User};
use crate::state::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/films/{id}/storyboard", get(show))
        .route("/films/{id}/scenes/{scene}/shots", post(add))
        .route("/films/{id}/shots/{shot}/board", post(draw))
        .route("/films/{id}/shots/{shot}/remove", post(remove))
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
    let may_change = film.seat.may_change();
    let groups: Vec<Value> = scenes
        .iter()
        .map(|scene| (scene, shots.iter().filter(|shot| shot.scene_id == scene.id).collect::<Vec<&Shot>>()))
        // Where a shot can be added there is something to see.
        .filter(|(scene, own)| !own.is_empty() || (may_change && !scene.omitted))
        .map(|(scene, own)| context! { scene => shown(&scene), shots => shown(&own) })
        .collect();
    let details = context! { groups, sizes => SIZES, angles => ANGLES, movements => MOVEMENTS };
    film_page(&state, (&user, &film), ("storyboard.html", "storyboard"), details)
}

#[derive(Deserialize)]
struct Addition {
    size: String,
    angle: String,
    movement: String,
    description: String,
    /// Empty if it is not known yet.
    seconds: String,
}

async fn add(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path((id, scene)): Path<(String, String)>,
    Form(given): Form<Addition>,
) -> Result<Response, Failure> {
    let (user, film) = to_change(&state, &headers, &id).await?;
    let missing = || Problem::not_found("scene");
    let scene: SceneId = scene.parse().map_err(|_| missing())?;
    let found = state.store.scene(user.id, scene).await.map_err(|error| refused(error, "scene"))?;
    found.filter(|(_, project, _)| *project == film.id).ok_or_else(missing)?;
    let Addition { size, angle, movement, description, seconds } = given;
    let mut members = json!({"size": size, "angle": angle, "movement": movement, "description": description});
    if !seconds.trim().is_empty() {
        let number = seconds.trim().replace(',', ".").parse::<f64>();
        // What is no number is refused with the field's own words.
        members["seconds"] = number.map_or_else(|_| json!(seconds), |number| json!(number));
    }
    add_shot(&state, film.id, scene, Fields::of(members)?).await?;
    Ok(back(film.id, scene))
}

async fn draw(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path((id, shot)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (user, film) = to_change(&state, &headers, &id).await?;
    let (shot, heading) = shot_of(&state, &user, film.id, &shot).await?;
    draw_board(&state, &shot, &heading, Fields::of(json!({}))?).await?;
    Ok(back(film.id, shot.scene_id))
}

async fn remove(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path((id, shot)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (user, film) = to_change(&state, &headers, &id).await?;
    let (shot, _) = shot_of(&state, &user, film.id, &shot).await?;
    state.store.delete_shot(film.id, shot.id, None).await.map_err(|error| refused(error, "shot"))?;
    Ok(back(film.id, shot.scene_id))
}

/// A shot of this film, with its scene's heading.
async fn shot_of(state: &Shared, user: &User, film: ProjectId, shot: &str) -> Result<(Shot, String), Problem> {
    let missing = || Problem::not_found("shot");
    let id = shot.parse().map_err(|_| missing())?;
    let found = state.store.shot(user.id, id).await.map_err(|error| refused(error, "shot"))?;
    let found = found.filter(|(_, _, project, _)| *project == film);
    found.map(|(shot, heading, ..)| (shot, heading)).ok_or_else(missing)
}

/// To the scene that was worked on.
fn back(film: ProjectId, scene: SceneId) -> Response {
    Redirect::to(&format!("/films/{film}/storyboard#h-{scene}")).into_response()
}
