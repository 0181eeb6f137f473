//! The JSON API, files, and the way in to editing together.

mod accounts;
mod assets;
mod collaboration;
mod description;
mod edits;
mod files;
mod jobs;
mod operator;
mod projects;
mod schemas;

use std::str::FromStr;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use fleet_kit::Problem;

use crate::collab::RoomsError;
use crate::state::Shared;
use crate::store::{Project, StoreError};

pub use assets::UPLOAD_ROUTE;
pub use collaboration::COLLABORATION_ROUTE;
pub use files::{FILE_ROUTE, RENDERED_ROUTE};

/// Every route but the page's.
pub fn routes(state: &Shared) -> Router<Shared> {
    let lockable = Router::new()
        .merge(projects::routes())
        .merge(edits::routes())
        .merge(assets::routes())
        .merge(jobs::routes())
        .layer(from_fn_with_state(state.clone(), refuse_while_locked));
    Router::new()
        .merge(lockable)
        .merge(accounts::routes())
        .merge(files::routes())
        .merge(collaboration::routes())
        .merge(operator::routes())
        .merge(description::routes())
}

/// Reading goes on while changes are locked. Whoever would change something asks the database itself: what this instance heard last is older.
async fn refuse_while_locked(State(state): State<Shared>, request: Request, next: Next) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let maintenance = match state.store.maintenance().await {
            Ok(maintenance) => maintenance,
            Err(error) => return refused(error, "project").into_response(),
        };
        state.lock.hear(maintenance.writes_locked);
        if maintenance.writes_locked {
            return refused(StoreError::Locked, "project").into_response();
        }
    }
    next.run(request).await
}

/// What the client is told when the store did not do it; `what` is a noun ("project").
pub fn refused(error: StoreError, what: &str) -> Problem {
    match error {
        StoreError::Missing => Problem::not_found(what),
        StoreError::Stale { current } => Problem::stale(current),
        StoreError::Conflict(words) => Problem::conflict(words),
        StoreError::Locked => {
            Problem::unavailable("changes are locked while something is repaired; reading goes on, try again later")
        }
        StoreError::HalfMigrated => {
            tracing::error!("a migration did not finish with a project; `video-editor integrity` tells which");
            Problem::unavailable("a migration did not finish with this project; operators are needed")
        }
        StoreError::Busy => Problem::unavailable("too many requests wait for the database; try again in a moment"),
        StoreError::Unreachable { doing, cause } => {
            tracing::error!(doing, error = cause, "the database does not answer");
            Problem::unavailable("the database does not answer; try again in a moment")
        }
        StoreError::Failed { doing, cause } => Problem::internal(doing, &cause),
    }
}

/// What the client is told when a document was not opened.
fn not_opened(error: RoomsError) -> Problem {
    match error {
        RoomsError::Store(error) | RoomsError::NotKept(error) => refused(error, "project"),
        RoomsError::Unreadable(_) => Problem::internal("opening a document", &error),
    }
}

/// An id in a path; a text that is none names nothing.
fn named<Id: FromStr>(text: &str, what: &str) -> Result<Id, Problem> {
    text.parse().map_err(|_| Problem::not_found(what))
}

/// The project with this id.
async fn project(state: &Shared, id: &str) -> Result<Project, Problem> {
    let id = named(id, "project")?;
    let found = state.store.project(id).await.map_err(|error| refused(error, "project"))?;
    found.ok_or_else(|| Problem::not_found("project"))
}
