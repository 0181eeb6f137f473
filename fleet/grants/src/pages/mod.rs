//! The web pages: server-rendered, with forms that work without scripts; one script keeps a budget's figures live.

mod beneficiaries;
mod budgets;
mod documents;
mod home;
mod sign_in;
mod templates;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use fleet_kit::Problem;

use crate::state::Shared;

pub use templates::Templates;

const STYLE: &str = include_str!("../../assets/style.css");
const LIVE: &str = include_str!("../../assets/live.js");
const ICON: &str = include_str!("../../assets/icon.svg");

/// Every page, and what they share.
pub fn routes() -> Router<Shared> {
    Router::new()
        .merge(home::routes())
        .merge(documents::routes())
        .merge(beneficiaries::routes())
        .merge(budgets::routes())
        .merge(sign_in::routes())
        // What stands on them is for those who signed in: no cache keeps it.
        .layer(from_fn(keep_private))
        .route("/assets/style.css", get(|| asset("text/css; charset=utf-8", STYLE)))
        .route("/assets/live.js", get(|| asset("text/javascript; charset=utf-8", LIVE)))
        .route("/assets/icon.svg", get(|| asset("image/svg+xml", ICON)))
}

async fn keep_private(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(header::HeaderValue::from_static("no-store"));
    response
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
            detail = minijinja::HtmlEscape(&told(&problem)),
            request = minijinja::HtmlEscape(&id),
        );
        (problem.status, Html(page)).into_response()
    }
}

/// What a form's person is told: the problem as sentences; of a thing that others name, why it stays.
pub(crate) fn told(problem: &Problem) -> String {
    if problem.slug == "conflict" && !problem.errors.is_empty() {
        return format!("It stays as long as others name it. {}", problem.told());
    }
    problem.told()
}

/// The page where no route has the path.
pub fn missing() -> Response {
    Failure(Problem::not_found("page; it may have been moved or deleted")).into_response()
}
