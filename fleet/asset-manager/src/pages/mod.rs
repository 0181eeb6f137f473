//! The web pages: server-rendered, without scripts.

mod browse;
mod home;
mod sign_in;
mod templates;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use fleet_kit::Problem;

use crate::state::Shared;

pub use templates::Templates;

const STYLE: &str = include_str!("../../assets/style.css");

const ICON: &str = include_str!("../../assets/icon.svg");

/// Every page, and the style and icon they share.
pub fn routes() -> Router<Shared> {
    Router::new()
        .merge(home::routes())
        .merge(browse::routes())
        .merge(sign_in::routes())
        .route("/assets/style.css", get(|| asset("text/css; charset=utf-8", STYLE)))
        .route("/assets/icon.svg", get(|| asset("image/svg+xml", ICON)))
}

async fn asset(kind: &'static str, bytes: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=300")], bytes).into_response()
}

/// A failure as a page: what happened, and the way back.
pub(crate) struct Failure(Problem);

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        Failure(problem)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Failure(problem) = self;
        let heading = match problem.status {
            StatusCode::NOT_FOUND => "There is nothing here",
            status if status.is_client_error() => "That did not work",
            _ => "Something failed on our side",
        };
        let id = fleet_kit::request::current_id().unwrap_or_default();
        let page = format!(
            include_str!("../../templates/failure.html"),
            heading = heading,
            detail = minijinja::HtmlEscape(&problem.told()),
            request = minijinja::HtmlEscape(&id),
        );
        (problem.status, Html(page)).into_response()
    }
}

/// The page where no route has the path.
pub fn missing() -> Response {
    Failure(Problem::not_found("page; it may have been moved or deleted")).into_response()
}
