//! The JSON API, and the files that are made of a film.

mod accounts;
mod budget;
mod document;
mod files;
mod operator;
mod places;
mod projects;
mod scenes;
mod schedule;
mod schemas;
mod scripts;
mod shots;
mod team;

use axum::Router;
use fleet_kit::Problem;

use crate::state::Shared;
use crate::store::StoreError;

pub use accounts::{SignInError, sign_in};
pub use budget::add_line;
pub use files::{BUNDLE_ROUTE, SCHEDULE_ROUTE};
pub use scenes::breakdown;
pub use schedule::{change_day, propose};
pub use scripts::{SCRIPT_ROUTE, Understood, understand};
pub use shots::{add_shot, draw_board};

/// Every route below `/api`, the description and its view.
pub fn routes(script_bytes_most: usize) -> Router<Shared> {
    Router::new()
        .merge(accounts::routes())
        .merge(projects::routes())
        .merge(team::routes())
        .merge(scripts::routes(script_bytes_most))
        .merge(scenes::routes())
        .merge(shots::routes())
        .merge(schedule::routes())
        .merge(budget::routes())
        .merge(files::routes())
        .merge(operator::routes())
        .merge(document::routes())
}

/// What the client is told when the store did not do it; `what` is a noun ("film").
pub fn refused(error: StoreError, what: &str) -> Problem {
    match error {
        StoreError::Missing => Problem::not_found(what),
        StoreError::Stale { current } => Problem::stale(current),
        StoreError::Conflict(why) => Problem::conflict(why),
        StoreError::Busy => {
            tracing::error!("every connection to the database is in use");
            Problem::unavailable("too many requests wait for the database; try again in a moment")
        }
        StoreError::Unreachable { doing, cause } => {
            tracing::error!(doing, error = cause, "the database does not answer");
            Problem::unavailable("the database does not answer; try again in a moment")
        }
        StoreError::Failed { doing, cause } => Problem::internal(doing, &cause),
    }
}
