//! `GET /api/search?q=…`.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use fleet_kit::Problem;
use fleet_kit::given::Query;
use fleet_kit::problem::FieldFault;
use serde::Serialize;

use super::refused;
use crate::state::Shared;
use crate::story::{Found, UniverseId, Viewer};
use fleet_kit::paging::{Parameters, page};

const WORDS_MOST: usize = 200;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/search", get(search))
}

#[derive(Serialize)]
struct Results {
    items: Vec<Found>,
}

async fn search(
    State(state): State<Shared>,
    viewer: Viewer,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Results>, Problem> {
    let refuse = |field: &str, code, detail: &str| {
        Problem::invalid(vec![FieldFault { field: field.to_owned(), code, detail: detail.to_owned() }])
    };
    if parameters.contains_key("after") {
        return Err(refuse("after", "unknown", "a search has one part; narrow it with more words"));
    }
    let page = page::<UniverseId>(&parameters, &["q", "universe"])?;
    let words = parameters.get("q").map(|words| words.trim()).unwrap_or_default();
    if words.is_empty() || words.chars().count() > WORDS_MOST {
        return Err(refuse("q", "length", "`q` must hold 1 to 200 characters"));
    }
    let universe = match parameters.get("universe").map(|text| text.parse()) {
        Some(Err(_)) => return Err(refuse("universe", "text", "`universe` must be a universe's id")),
        Some(Ok(id)) => Some(id),
        None => None,
    };
    let items = state.store.search(&viewer, words.to_owned(), universe, page.limit).await;
    Ok(Json(Results { items: items.map_err(|error| refused(error, "universe"))? }))
}
