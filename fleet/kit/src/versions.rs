//! Optimistic concurrency: a thing's version is its `ETag`; `If-Match` makes a change conditional on it.

use crate::problem::Problem;
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// 200 with the thing and its version.
pub fn shown(thing: &impl Serialize, version: i64) -> Response {
    ([(header::ETAG, etag(version))], Json(thing)).into_response()
}

/// 201 with the thing, its version and where it is.
pub fn made(thing: &impl Serialize, version: i64, location: String) -> Response {
    let headers: [(HeaderName, String); 2] = [(header::ETAG, etag(version)), (header::LOCATION, location)];
    (StatusCode::CREATED, headers, Json(thing)).into_response()
}

fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The version that `If-Match` demands; none without the header or with `*`.
pub struct Expected(pub Option<i64>);

impl<S: Sync> FromRequestParts<S> for Expected {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Expected, Problem> {
        expected(&parts.headers).map(Expected)
    }
}

fn expected(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).and_then(|digits| digits.parse().ok());
    version
        .map(Some)
        .ok_or_else(|| Problem::malformed("`If-Match` must be the `ETag` that reading gave, like `\"3\"`, or `*`"))
}
