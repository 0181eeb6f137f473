//! The shot list, and storyboard pictures.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fleet_kit::fields::kind_of;
use fleet_kit::versions::{Expected, made, shown};
use fleet_kit::{Fields, Problem};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::places::{Changed, OfFilm, OfScene, OfShot, Seen};
use super::refused;
use crate::film::{
    ANGLES, Actor, Board, MOVEMENTS, NewShot, ProjectId, SIZES, SceneId, Shot, ShotChange, ShotId, UserId,
};
use crate::release::Release;
use crate::state::Shared;

const DESCRIPTION_MOST: usize = 2000;
const SECONDS_MOST: f64 = 3600.0;
/// Two to one and a bit, as films are.
const PICTURE: (u32, u32) = (640, 360);

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/projects/{id}/shots", get(list))
        .route("/api/scenes/{id}/shots", get(of_scene).post(add))
        .route("/api/shots/{id}", get(read).patch(change).delete(remove))
        .route("/api/shots/{id}/storyboard", get(picture).post(draw))
}

async fn list(State(state): State<Shared>, Seen(film): Seen<OfFilm>) -> Result<Response, Problem> {
    let shots = state.store.shots(film.project).await.map_err(|error| refused(error, "film"))?;
    Ok(Json(json!({ "items": shots })).into_response())
}

async fn of_scene(State(state): State<Shared>, Seen(place): Seen<OfScene>) -> Result<Response, Problem> {
    let shots = state.store.scene_shots(place.scene.brief.id).await.map_err(|error| refused(error, "scene"))?;
    Ok(Json(json!({ "items": shots })).into_response())
}

async fn add(
    State(state): State<Shared>,
    Actor(user): Actor,
    Changed(place): Changed<OfScene>,
    fields: Fields,
) -> Result<Response, Problem> {
    let added = add_shot(&state, place.project, place.scene.brief.id, fields).await?;
    let shot = whole(&state, user.id, added).await?;
    Ok(made(&shot, shot.version, format!("/api/shots/{}", shot.id)))
}

/// Adds a shot at the end of a scene of the film.
pub async fn add_shot(
    state: &Shared,
    project: ProjectId,
    scene: SceneId,
    mut fields: Fields,
) -> Result<ShotId, Problem> {
    let new = NewShot {
        size: fields.required_choice("size", &SIZES).unwrap_or(SIZES[0]),
        angle: fields.optional_choice("angle", &ANGLES).unwrap_or(ANGLES[0]),
        movement: fields.optional_choice("movement", &MOVEMENTS).unwrap_or(MOVEMENTS[0]),
        description: fields.optional_prose("description", DESCRIPTION_MOST).unwrap_or_default(),
        milliseconds: length(&mut fields, state.store.release()).flatten(),
    };
    fields.finish()?;
    let added = state.store.add_shot(project, scene, new).await.map_err(|error| refused(error, "scene"))?;
    state.tally.one("shots_added");
    Ok(added)
}

/// The member `seconds`: `None` if it is not given, `Some(None)` if it is null.
fn length(fields: &mut Fields, release: Release) -> Option<Option<u32>> {
    let wanted = match release {
        Release::First => "`seconds` must be a whole number from 0 to 3600, or null",
        Release::Second => "`seconds` must be a number from 0 to 3600, or null",
    };
    match fields.take("seconds")? {
        Value::Null => Some(None),
        Value::Number(number) => {
            let seconds = number.as_f64().filter(|seconds| (0.0..=SECONDS_MOST).contains(seconds));
            match seconds.filter(|seconds| release == Release::Second || seconds.fract() == 0.0) {
                Some(seconds) => Some(Some((seconds * 1000.0).round() as u32)),
                None => {
                    fields.fault("seconds", "range", wanted);
                    None
                }
            }
        }
        other => {
            fields.fault("seconds", "type", format!("`seconds` is {}; {wanted}", kind_of(&other)));
            None
        }
    }
}

async fn whole(state: &Shared, user: UserId, shot: ShotId) -> Result<Shot, Problem> {
    let found = state.store.shot(user, shot).await.map_err(|error| refused(error, "shot"))?;
    found.map(|(shot, ..)| shot).ok_or_else(|| Problem::not_found("shot"))
}

async fn read(Seen(place): Seen<OfShot>) -> Response {
    shown(&place.shot, place.shot.version)
}

async fn change(
    State(state): State<Shared>,
    Actor(user): Actor,
    Changed(place): Changed<OfShot>,
    Expected(expected): Expected,
    mut fields: Fields,
) -> Result<Response, Problem> {
    let change = ShotChange {
        size: fields.optional_choice("size", &SIZES),
        angle: fields.optional_choice("angle", &ANGLES),
        movement: fields.optional_choice("movement", &MOVEMENTS),
        description: fields.optional_prose("description", DESCRIPTION_MOST),
        milliseconds: length(&mut fields, state.store.release()),
    };
    fields.finish()?;
    let changed = state.store.update_shot(place.shot.id, change, expected).await;
    changed.map_err(|error| refused(error, "shot"))?;
    let shot = whole(&state, user.id, place.shot.id).await?;
    Ok(shown(&shot, shot.version))
}

async fn remove(
    State(state): State<Shared>,
    Changed(place): Changed<OfShot>,
    Expected(expected): Expected,
) -> Result<StatusCode, Problem> {
    let removed = state.store.delete_shot(place.project, place.shot.id, expected).await;
    removed.map_err(|error| refused(error, "shot"))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn draw(
    State(state): State<Shared>,
    Actor(user): Actor,
    Changed(place): Changed<OfShot>,
    fields: Fields,
) -> Result<Response, Problem> {
    draw_board(&state, &place.shot, &place.heading, fields).await?;
    let shot = whole(&state, user.id, place.shot.id).await?;
    Ok(made(&shot, shot.version, format!("/api/shots/{}/storyboard", shot.id)))
}

/// Draws the shot's picture from its own words, or from those that are given.
pub async fn draw_board(state: &Shared, shot: &Shot, heading: &str, mut fields: Fields) -> Result<(), Problem> {
    let prompt = fields.optional_text("prompt", 1..=1000);
    fields.finish()?;
    let prompt = prompt.unwrap_or_else(|| shot.prompt(heading));
    let words = prompt.clone();
    let (width, height) = PICTURE;
    let drawing = tokio::task::spawn_blocking(move || fleet_pictures::paint(&words, width, height)).await;
    let drawn = drawing.map_err(|error| error.to_string()).and_then(|drawn| drawn.map_err(|error| error.to_string()));
    let bytes = drawn.map_err(|cause| {
        state.tally.one("storyboards_failed");
        Problem::internal("drawing a storyboard picture", &cause)
    })?;
    let board = Board { prompt, width, height, sha256: hex::encode(Sha256::digest(&bytes)) };
    state.store.put_board(shot.id, &board, bytes).await.map_err(|error| refused(error, "shot"))?;
    state.tally.one("storyboards");
    Ok(())
}

async fn picture(
    State(state): State<Shared>,
    Seen(place): Seen<OfShot>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let missing = || Problem::not_found("storyboard picture; draw one first");
    let board = place.shot.board.ok_or_else(missing)?;
    let etag = format!("\"{}\"", board.sha256);
    let about: [(HeaderName, String); 2] =
        [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, "private, max-age=60".to_owned())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    let bytes = state.store.picture(place.shot.id).await.map_err(|error| refused(error, "shot"))?;
    Ok((about, [(header::CONTENT_TYPE, "image/png")], bytes.ok_or_else(missing)?).into_response())
}
