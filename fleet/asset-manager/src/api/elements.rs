//! Elements of a universe: list, create, read, change, delete.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fleet_kit::given::Query;
use fleet_kit::problem::FieldFault;
use fleet_kit::{Fields, Problem};

use super::places::{Own, Seen};
use super::refused;
use crate::state::Shared;
use crate::story::{ELEMENT_KINDS, Element, ElementChange, NewElement, Universe};
use fleet_kit::paging::{Parameters, one_more, page, part};
use fleet_kit::versions::{Expected, made, shown};

const NAME: std::ops::RangeInclusive<usize> = 1..=120;
const SUMMARY_MOST: usize = 2000;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/universes/{id}/elements", get(list).post(create))
        .route("/api/elements/{id}", get(read).patch(change).delete(delete))
}

async fn list(
    State(state): State<Shared>,
    Seen(universe): Seen<Universe>,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let page = page(&parameters, &["kind"])?;
    let kind = parameters.get("kind").map(|text| known_kind(text)).transpose()?;
    let items = state.store.elements(universe.id, kind, one_more(page)).await;
    let items = items.map_err(|error| refused(error, "element"))?;
    Ok(Json(part(items, page.limit, |element| element.id.to_string())).into_response())
}

fn known_kind(text: &str) -> Result<&'static str, Problem> {
    let detail = format!("`kind` must be one of {}", ELEMENT_KINDS.join(", "));
    let fault = FieldFault { field: "kind".to_owned(), code: "choice", detail };
    ELEMENT_KINDS.into_iter().find(|kind| *kind == text).ok_or_else(|| Problem::invalid(vec![fault]))
}

async fn create(
    State(state): State<Shared>,
    Own(universe): Own<Universe>,
    mut fields: Fields,
) -> Result<Response, Problem> {
    let kind = fields.required_choice("kind", &ELEMENT_KINDS);
    let name = fields.required_text("name", NAME);
    let summary = fields.optional_prose("summary", SUMMARY_MOST).unwrap_or_default();
    fields.finish()?;
    // `finish` refused a missing kind already.
    let new = NewElement { universe_id: universe.id, kind: kind.unwrap_or_default(), name, summary };
    let element = state.store.create_element(new).await.map_err(|error| refused(error, "universe"))?;
    let location = format!("/api/elements/{}", element.id);
    Ok(made(&element, element.version, location))
}

async fn read(Seen((element, _)): Seen<(Element, Universe)>) -> Response {
    shown(&element, element.version)
}

async fn change(
    State(state): State<Shared>,
    Own((element, _)): Own<(Element, Universe)>,
    Expected(expected): Expected,
    mut fields: Fields,
) -> Result<Response, Problem> {
    let change = ElementChange {
        kind: fields.optional_choice("kind", &ELEMENT_KINDS),
        name: fields.optional_text("name", NAME),
        summary: fields.optional_prose("summary", SUMMARY_MOST),
    };
    fields.finish()?;
    let changed = state.store.update_element(element.id, change, expected).await;
    let changed = changed.map_err(|error| refused(error, "element"))?;
    Ok(shown(&changed, changed.version))
}

async fn delete(
    State(state): State<Shared>,
    Own((element, _)): Own<(Element, Universe)>,
    Expected(expected): Expected,
) -> Result<StatusCode, Problem> {
    let deleted = state.store.delete_element(element.id, expected).await;
    state.media.remove(&deleted.map_err(|error| refused(error, "element"))?).await;
    Ok(StatusCode::NO_CONTENT)
}
