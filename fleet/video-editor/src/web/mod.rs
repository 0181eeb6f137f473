//! The editor's page, as Vite built it (`web/`): within the program, so that a release is one file and its page fits it.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use fleet_kit::Problem;

use crate::state::Shared;

/// A fault of this service's own: the page's script is missing.
pub const MISSING_ASSET: &str = "missing-asset";

include!(concat!(env!("OUT_DIR"), "/built.rs"));

pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(page))
        .route("/projects/{id}", get(page))
        .route("/assets/{name}", get(asset))
        .route("/icon.svg", get(icon))
}

/// The page finds out by its address what to show; it names its assets by their hashes, so it alone is asked for anew.
async fn page() -> Response {
    ([(header::CACHE_CONTROL, "no-cache")], Html(INDEX)).into_response()
}

async fn icon() -> Response {
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")];
    (headers, ICON).into_response()
}

/// Its name holds its hash: what it is never changes.
async fn asset(State(state): State<Shared>, Path(name): Path<String>) -> Result<Response, Problem> {
    let missing = state.faults.is_on(MISSING_ASSET);
    let found = ASSETS.iter().find(|(known, _)| *known == name && !missing);
    let (_, bytes) = found.ok_or_else(|| Problem::not_found("asset"))?;
    let kind = match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Ok((headers, *bytes).into_response())
}

/// What browsers see where nothing is.
pub fn missing() -> Response {
    (axum::http::StatusCode::NOT_FOUND, Html(include_str!("missing.html"))).into_response()
}
