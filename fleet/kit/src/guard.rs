//! What stands between a handler and the outside: a time limit, and panics that become answers.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// How long a request may take.
#[derive(Clone)]
pub(crate) struct TimeLimits {
    pub(crate) usual: Duration,
    /// By route template; see [`crate::Service::patience`].
    pub(crate) patience: Arc<[(&'static str, Duration)]>,
}

/// Answers 504 if the handler takes longer than its limit; its work is dropped.
pub(crate) async fn limit_time(State(limits): State<TimeLimits>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let limit = limits.patience.iter().find(|(known, _)| *known == route).map_or(limits.usual, |(_, limit)| *limit);
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = format!("no answer within {} s; try again later", limit.as_secs_f64());
            Problem::new(StatusCode::GATEWAY_TIMEOUT, "timeout", detail).into_response()
        }
    }
}

/// The answer for a handler that panicked.
pub(crate) fn answer_panic(panic: Box<dyn Any + Send>) -> Response {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    Problem::internal("handling the request (panic)", &words).into_response()
}

/// Makes the page that a browser sees where no route has its path.
pub type MissingPage = fn() -> Response;

/// No route has this path: browsers get the service's page, others a problem.
pub(crate) async fn no_such_path(State(page): State<Option<MissingPage>>, headers: HeaderMap) -> Response {
    let wants_html = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    match page {
        Some(page) if wants_html => page(),
        _ => Problem::not_found("path").into_response(),
    }
}

/// The path is known, the method is not.
pub(crate) async fn no_such_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method",
        "this path does not take this method; the `allow` header lists those it does",
    )
}

/// The framework refuses some requests in plain text (a path that is not UTF-8, a form that cannot be read): the same
/// refusal as a problem.
pub(crate) async fn tell_refusals(response: Response) -> Response {
    let plain =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !(plain && response.status().is_client_error()) {
        return response;
    }
    let status = response.status();
    let detail = match axum::body::to_bytes(response.into_body(), 4096).await {
        Ok(words) => String::from_utf8_lossy(&words).into_owned(),
        Err(_) => "the request cannot be read".to_owned(),
    };
    Problem::new(status, "malformed", detail).into_response()
}
