//! Media and what was made of it, as files; a part of one where a range is asked for, as players do.

use std::io::SeekFrom;
use std::path::Path as FilePath;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fleet_kit::Problem;
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::{named, refused};
use crate::identity::Actor;
use crate::state::Shared;
use crate::store::Asset;

/// An asset's file.
pub const FILE_ROUTE: &str = "/media/{id}";
/// What a job made.
pub const RENDERED_ROUTE: &str = "/api/jobs/{id}/file";
const CHUNK: usize = 64 * 1024;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route(FILE_ROUTE, get(original))
        .route("/media/{id}/thumbnail", get(thumbnail))
        .route("/media/{id}/waveform", get(waveform))
        .route(RENDERED_ROUTE, get(rendered))
}

async fn asset(state: &Shared, id: &str) -> Result<Asset, Problem> {
    let found = state.store.asset(named(id, "asset")?).await.map_err(|error| refused(error, "asset"))?;
    found.ok_or_else(|| Problem::not_found("asset"))
}

async fn original(
    State(state): State<Shared>,
    _: Actor,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asset = asset(&state, &id).await?;
    send(&state.media.original(&asset), &asset.media_type, &asset.file_name, &headers).await
}

async fn thumbnail(
    State(state): State<Shared>,
    _: Actor,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asset = asset(&state, &id).await?;
    send(&state.media.thumbnail(asset.id), "image/jpeg", "thumbnail.jpg", &headers).await
}

async fn waveform(
    State(state): State<Shared>,
    _: Actor,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asset = asset(&state, &id).await?;
    send(&state.media.waveform(asset.id), "application/json", "waveform.json", &headers).await
}

async fn rendered(
    State(state): State<Shared>,
    _: Actor,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let job = state.store.job(named(&id, "job")?).await.map_err(|error| refused(error, "job"))?;
    let job = job.ok_or_else(|| Problem::not_found("job"))?;
    let output = job.output.unwrap_or_default();
    let (Some(ending), Some(media_type)) = (output["ending"].as_str(), output["media_type"].as_str()) else {
        return Err(Problem::not_found("file; the job has made none yet"));
    };
    let name = format!("{}.{ending}", job.kind.as_str());
    send(&state.media.rendered(job.id, ending), media_type, &name, &headers).await
}

async fn send(path: &FilePath, media_type: &str, name: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let mut file = match tokio::fs::File::open(path).await {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Problem::not_found("file; it may not have been made yet"));
        }
        Err(error) => return Err(Problem::internal("opening a file", &error)),
    };
    let failed = |error: std::io::Error| Problem::internal("reading a file", &error);
    let length = file.metadata().await.map_err(failed)?.len();
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let range = match asked.map(|text| range(text, length)) {
        None | Some(Asked::Everything) => None,
        Some(Asked::Part(first, last)) => Some((first, last)),
        Some(Asked::Nothing) => {
            let told = format!("the file has {length} bytes");
            let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "range", told);
            return Ok(problem.with_header(header::CONTENT_RANGE, value(&format!("bytes */{length}"))).into_response());
        }
    };
    let (first, last) = range.unwrap_or((0, length.saturating_sub(1)));
    file.seek(SeekFrom::Start(first)).await.map_err(failed)?;
    let left = if length == 0 { 0 } else { last - first + 1 };
    let mut response = Response::new(Body::from_stream(chunks(file, left)));
    let told = response.headers_mut();
    told.insert(header::CONTENT_TYPE, value(media_type));
    told.insert(header::CONTENT_LENGTH, HeaderValue::from(left));
    told.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    told.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    let ascii: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
    told.insert(header::CONTENT_DISPOSITION, value(&format!("inline; filename=\"{ascii}\"")));
    if range.is_some() {
        told.insert(header::CONTENT_RANGE, value(&format!("bytes {first}-{last}/{length}")));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// Plain ASCII by construction.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

fn chunks(file: tokio::fs::File, left: u64) -> impl stream::Stream<Item = std::io::Result<Bytes>> {
    stream::unfold((file, left), |(mut file, left)| async move {
        if left == 0 {
            return None;
        }
        let mut chunk = vec![0; CHUNK.min(usize::try_from(left).unwrap_or(CHUNK))];
        match file.read(&mut chunk).await {
            Ok(0) => Some((Err(std::io::ErrorKind::UnexpectedEof.into()), (file, 0))),
            Ok(read) => {
                chunk.truncate(read);
                Some((Ok(Bytes::from(chunk)), (file, left - read as u64)))
            }
            Err(error) => Some((Err(error), (file, 0))),
        }
    })
}

/// What a `Range` header wants.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// Several ranges, or words we do not know.
    Everything,
    /// From the first to the last byte, both included.
    Part(u64, u64),
    Nothing,
}

fn range(text: &str, length: u64) -> Asked {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Asked::Everything;
    };
    match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), _) if first >= length => Asked::Nothing,
        (Ok(first), Ok(last)) if last >= first => Asked::Part(first, last.min(length - 1)),
        (Ok(first), Err(_)) if last.trim().is_empty() => Asked::Part(first, length - 1),
        (Err(_), Ok(0)) if first.trim().is_empty() => Asked::Nothing,
        (Err(_), Ok(tail)) if first.trim().is_empty() && length > 0 => {
            Asked::Part(length.saturating_sub(tail), length - 1)
        }
        _ => Asked::Everything,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_players_ask() {
        for (text, expected) in [
            ("bytes=0-", Asked::Part(0, 99)),
            ("bytes=10-19", Asked::Part(10, 19)),
            ("bytes=90-900", Asked::Part(90, 99)),
            ("bytes=-10", Asked::Part(90, 99)),
            ("bytes=-900", Asked::Part(0, 99)),
            ("bytes=100-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=0-1,5-6", Asked::Everything),
            ("bytes=20-10", Asked::Everything),
            ("pages=1-2", Asked::Everything),
        ] {
            assert_eq!(range(text, 100), expected, "{text}");
        }
        assert_eq!(range("bytes=0-", 0), Asked::Nothing);
    }
}
