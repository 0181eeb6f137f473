//! The JSON API.

mod accounts;
mod asking;
mod briefs;
mod clients;
mod dashboard;
mod deliverables;
mod document;
mod generator;
mod health;
mod lists;
mod posts;
mod projects;
mod schemas;
mod uploads;

use std::str::FromStr;

use axum::Router;
use axum::http::HeaderMap;
use fleet_kit::Problem;

use crate::generation::Rewrite;
use crate::state::Shared;
use crate::store::StoreError;
use crate::writing::ProviderError;

pub use generator::{EVENTS_ROUTE, REGENERATE_ROUTE};
pub use uploads::UPLOAD_ROUTE;

/// Every route below `/api`, and the API's description.
pub fn routes() -> Router<Shared> {
    Router::new()
        .merge(accounts::routes())
        .merge(clients::routes())
        .merge(briefs::routes())
        .merge(uploads::routes())
        .merge(projects::routes())
        .merge(generator::routes())
        .merge(posts::routes())
        .merge(deliverables::routes())
        .merge(dashboard::routes())
        .merge(health::routes())
        .merge(document::routes())
}

/// What the client is told when the store did not do it; `what` is a noun ("client").
fn refused(what: &'static str) -> impl Fn(StoreError) -> Problem {
    move |error| match error {
        StoreError::Missing => Problem::not_found(what),
        StoreError::Conflict(words) => Problem::conflict(words),
        StoreError::Busy => Problem::unavailable("too many requests wait for the database; try again in a moment"),
        StoreError::Unreachable { doing, cause } => {
            tracing::error!(doing, error = cause, "the database does not answer");
            Problem::unavailable("the database does not answer; try again in a moment")
        }
        StoreError::Failed { doing, cause } => Problem::internal(doing, &cause),
    }
}

fn not_written(error: Rewrite) -> Problem {
    match error {
        Rewrite::Template => Problem::conflict("its template is gone; generate the project anew"),
        Rewrite::Store(error) => refused("post")(error),
        Rewrite::Provider(error @ ProviderError::Queue(_)) => Problem::unavailable(error.to_string()),
        Rewrite::Provider(error) => {
            tracing::error!(%error, "a post was not written anew");
            Problem::new(axum::http::StatusCode::BAD_GATEWAY, "provider", error.to_string())
        }
    }
}

/// An id in a path; a text that is none names nothing.
fn named<Id: FromStr>(text: &str, what: &str) -> Result<Id, Problem> {
    text.parse().map_err(|_| Problem::not_found(what))
}

/// The version that `If-Match` demands.
fn expected(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(axum::http::header::IF_MATCH) else { return Ok(None) };
    let version = value.to_str().ok().and_then(|text| text.trim().trim_matches('"').parse().ok());
    version
        .map(Some)
        .ok_or_else(|| Problem::malformed("`if-match` must be the `version` that reading gave, in quotation marks"))
}
