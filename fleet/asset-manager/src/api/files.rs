//! `/media/{id}`: the bytes of a component, whole or a range, for the API and for pages.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use fleet_kit::Problem;
use object_store::GetRange;

use super::components::visible_component;
use crate::identity::page_viewer;
use crate::media::Which;
use crate::state::Shared;
use crate::story::{ComponentId, Media};

/// Where files are fetched from.
pub const FILE_ROUTE: &str = "/media/{id}";

pub(super) fn routes() -> Router<Shared> {
    Router::new().route(FILE_ROUTE, get(file)).route("/media/{id}/thumbnail", get(thumbnail))
}

async fn file(State(state): State<Shared>, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Problem> {
    let (id, media) = visible(&state, &headers, &id).await?;
    let etag = format!("\"{}\"", media.sha256);
    if has(&headers, header::IF_NONE_MATCH, &etag) {
        return Ok(not_modified(&etag));
    }
    let wanted = headers.get(header::RANGE).and_then(|value| range(value.to_str().ok()?, media.size_bytes));
    if wanted == Some(Wanted::Outside) {
        return Err(Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "range", "the file has no such range")
            .with_header(header::CONTENT_RANGE, value(&format!("bytes */{}", media.size_bytes))));
    }
    let within = match wanted {
        Some(Wanted::Within(from, to)) => Some((from, to)),
        _ => None,
    };
    let range = within.map(|(from, to)| GetRange::Bounded(from..to + 1));
    let object = state.media.open_object(id, Which::File, range).await.map_err(lost)?;
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, &media.media_type)
        .header(header::ETAG, &etag)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CACHE_CONTROL, "private, max-age=3600")
        .header(header::CONTENT_DISPOSITION, disposition(&media.file_name));
    let length = within.map_or(media.size_bytes, |(from, to)| to + 1 - from);
    response = response.header(header::CONTENT_LENGTH, length);
    if let Some((from, to)) = within {
        let shown = format!("bytes {from}-{to}/{}", media.size_bytes);
        response = response.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, shown);
    }
    built(response.body(Body::from_stream(object.into_stream())))
}

async fn thumbnail(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (id, media) = visible(&state, &headers, &id).await?;
    if media.width.is_none() {
        return Err(Problem::not_found("thumbnail"));
    }
    let etag = format!("\"{}-thumbnail\"", media.sha256);
    if has(&headers, header::IF_NONE_MATCH, &etag) {
        return Ok(not_modified(&etag));
    }
    let object = state.media.open_object(id, Which::Thumbnail, None).await.map_err(lost)?;
    let length = object.meta.size;
    let bytes = object.bytes().await.map_err(|error| lost(error.into()))?;
    let kind = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
    let response = Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .header(header::ETAG, &etag)
        .header(header::CONTENT_LENGTH, length)
        .header(header::CACHE_CONTROL, "private, max-age=3600");
    built(response.body(Body::from(bytes)))
}

/// The component's file, if whoever asks (by token or by a page's cookie) may see it.
async fn visible(state: &Shared, headers: &HeaderMap, id: &str) -> Result<(ComponentId, Media), Problem> {
    let viewer = page_viewer(state, headers).await?;
    let (component, _) = visible_component(state, &viewer, id).await?;
    let media = component.content.media().cloned().ok_or_else(|| Problem::not_found("file"))?;
    Ok((component.id, media))
}

fn lost(error: crate::media::StorageError) -> Problem {
    if error.is_missing() {
        tracing::error!("a file is missing from the media storage");
        return Problem::not_found("file; it is missing from the media storage");
    }
    let cause = fleet_kit::commands::causes(&error);
    tracing::error!(doing = "reading a file", error = cause, "request failed");
    Problem::unavailable("the media storage does not answer; try again in a moment")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// First and last byte.
    Within(u64, u64),
    Outside,
}

/// A single byte range; several, or another unit, are answered with the whole file, as RFC 9110 allows.
fn range(text: &str, size: u64) -> Option<Wanted> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    if to.contains(',') {
        return None;
    }
    let last = size.saturating_sub(1);
    let (from, to) = match (from.trim(), to.trim()) {
        ("", suffix) => (size.saturating_sub(suffix.parse().ok()?), last),
        (from, "") => (from.parse().ok()?, last),
        (from, to) => (from.parse().ok()?, to.parse::<u64>().ok()?.min(last)),
    };
    Some(if from < size && from <= to { Wanted::Within(from, to) } else { Wanted::Outside })
}

fn has(headers: &HeaderMap, name: header::HeaderName, etag: &str) -> bool {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|text| text.split(',').any(|one| one.trim() == etag))
}

fn not_modified(etag: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response.headers_mut().insert(header::ETAG, value(etag));
    response
}

/// Plain ASCII for old clients, the name itself percent-encoded for others.
fn disposition(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    format!("inline; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

fn built(response: Result<Response, axum::http::Error>) -> Result<Response, Problem> {
    response.map_err(|error| Problem::internal("answering with a file", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (text, expected) in [
            ("bytes=0-3", Some(Wanted::Within(0, 3))),
            ("bytes=4-", Some(Wanted::Within(4, 9))),
            ("bytes=-3", Some(Wanted::Within(7, 9))),
            ("bytes=-30", Some(Wanted::Within(0, 9))),
            ("bytes=2-99", Some(Wanted::Within(2, 9))),
            ("bytes=10-", Some(Wanted::Outside)),
            ("bytes=5-2", Some(Wanted::Outside)),
            ("bytes=0-1,4-5", None),
            ("pages=1-2", None),
            ("bytes=x-y", None),
        ] {
            assert_eq!(range(text, 10), expected, "{text}");
        }
    }
}
