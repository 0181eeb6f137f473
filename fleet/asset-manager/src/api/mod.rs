//! The JSON API.

mod accounts;
mod components;
mod document;
mod elements;
mod files;
mod pictures;
mod places;
mod schemas;
mod search;
mod universes;
mod uploads;

use std::str::FromStr;

use axum::Router;
use fleet_kit::Problem;

use crate::state::Shared;
use crate::store::StoreError;
use crate::story::{Element, ElementId, Universe, UniverseId, Viewer};

pub use accounts::{SignInError, sign_in};
pub use files::FILE_ROUTE;
pub use uploads::UPLOAD_ROUTE;

/// Every route below `/api`.
pub fn routes() -> Router<Shared> {
    Router::new()
        .merge(accounts::routes())
        .merge(universes::routes())
        .merge(elements::routes())
        .merge(components::routes())
        .merge(uploads::routes())
        .merge(files::routes())
        .merge(pictures::routes())
        .merge(search::routes())
        .merge(document::routes())
}

/// What the client is told when the store did not do it; `what` is a noun ("universe").
pub fn refused(error: StoreError, what: &str) -> Problem {
    match error {
        StoreError::Missing => Problem::not_found(what),
        StoreError::Stale { current } => Problem::stale(current),
        StoreError::EmailTaken => Problem::conflict("somebody is registered with this e-mail address already"),
        StoreError::Busy => Problem::unavailable("too many requests wait for the database; try again in a moment"),
        StoreError::Unreachable { doing, cause } => {
            tracing::error!(doing, error = cause, "the database does not answer");
            Problem::unavailable("the database does not answer; try again in a moment")
        }
        StoreError::Failed { doing, cause } => Problem::internal(doing, &cause),
    }
}

/// An id in a path; a text that is none names nothing.
fn named<Id: FromStr>(text: &str, what: &str) -> Result<Id, Problem> {
    text.parse().map_err(|_| Problem::not_found(what))
}

/// The universe, if the viewer may know of it.
pub async fn visible_universe(state: &Shared, viewer: &Viewer, id: &str) -> Result<Universe, Problem> {
    let id: UniverseId = named(id, "universe")?;
    let found = state.store.universe(id).await.map_err(|error| refused(error, "universe"))?;
    found.filter(|universe| viewer.may_see(universe)).ok_or_else(|| Problem::not_found("universe"))
}

/// The element and its universe, if the viewer may know of them.
pub async fn visible_element(state: &Shared, viewer: &Viewer, id: &str) -> Result<(Element, Universe), Problem> {
    let id: ElementId = named(id, "element")?;
    let element = state.store.element(id).await.map_err(|error| refused(error, "element"))?;
    let element = element.ok_or_else(|| Problem::not_found("element"))?;
    let universe = visible_universe(state, viewer, &element.universe_id.to_string()).await;
    match universe {
        Ok(universe) => Ok((element, universe)),
        Err(problem) if problem.slug == "not-found" => Err(Problem::not_found("element")),
        Err(problem) => Err(problem),
    }
}
