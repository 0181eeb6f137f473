//! Universes: list, create, read, change, delete.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fleet_kit::given::Query;
use fleet_kit::{Fields, Problem};

use super::places::{Own, Seen};
use super::refused;
use crate::state::Shared;
use crate::story::{Actor, NewUniverse, Universe, UniverseChange, VISIBILITIES, Viewer};
use fleet_kit::paging::{Parameters, one_more, page, part};
use fleet_kit::versions::{Expected, made, shown};

const NAME: std::ops::RangeInclusive<usize> = 1..=120;
const DESCRIPTION_MOST: usize = 5000;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/universes", get(list).post(create))
        .route("/api/universes/{id}", get(read).patch(change).delete(delete))
}

async fn list(
    State(state): State<Shared>,
    viewer: Viewer,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let page = page(&parameters, &[])?;
    let items = state.store.universes(&viewer, one_more(page)).await.map_err(|error| refused(error, "universe"))?;
    Ok(Json(part(items, page.limit, |universe| universe.id.to_string())).into_response())
}

async fn create(State(state): State<Shared>, Actor(user): Actor, mut fields: Fields) -> Result<Response, Problem> {
    let new = NewUniverse {
        owner_id: user.id,
        name: fields.required_text("name", NAME),
        description: fields.optional_prose("description", DESCRIPTION_MOST).unwrap_or_default(),
        visibility: fields.optional_choice("visibility", &VISIBILITIES).unwrap_or("private"),
    };
    fields.finish()?;
    let universe = state.store.create_universe(new).await.map_err(|error| refused(error, "user"))?;
    let location = format!("/api/universes/{}", universe.id);
    Ok(made(&universe, universe.version, location))
}

async fn read(Seen(universe): Seen<Universe>) -> Response {
    shown(&universe, universe.version)
}

async fn change(
    State(state): State<Shared>,
    Own(universe): Own<Universe>,
    Expected(expected): Expected,
    mut fields: Fields,
) -> Result<Response, Problem> {
    let change = UniverseChange {
        name: fields.optional_text("name", NAME),
        description: fields.optional_prose("description", DESCRIPTION_MOST),
        visibility: fields.optional_choice("visibility", &VISIBILITIES),
    };
    fields.finish()?;
    let changed = state.store.update_universe(universe.id, change, expected).await;
    let changed = changed.map_err(|error| refused(error, "universe"))?;
    Ok(shown(&changed, changed.version))
}

async fn delete(
    State(state): State<Shared>,
    Own(universe): Own<Universe>,
    Expected(expected): Expected,
) -> Result<StatusCode, Problem> {
    let deleted = state.store.delete_universe(universe.id, expected).await;
    state.media.remove(&deleted.map_err(|error| refused(error, "universe"))?).await;
    Ok(StatusCode::NO_CONTENT)
}
