//! The script: sent and read as Fountain text.

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fleet_kit::Problem;
use fleet_kit::problem::FieldFault;
use fleet_kit::versions::Expected;
use serde_json::json;

use super::places::{Changed, OfFilm, Seen};
use super::refused;
use crate::film::BrokenDown;
use crate::fountain::{parse, scenes};
use crate::state::Shared;

/// Takes and sends more than other routes.
pub const SCRIPT_ROUTE: &str = "/api/projects/{id}/script";
/// No film has more scenes.
const SCENES_MOST: usize = 2000;
/// A film of two hours has some 4000.
const ELEMENTS_MOST: usize = 50_000;
/// Items of all scenes together; a film of two hours has some 3000.
const ITEMS_MOST: usize = 20_000;

pub(super) fn routes(script_bytes_most: usize) -> Router<Shared> {
    Router::new()
        .route(SCRIPT_ROUTE, get(read).put(save))
        .layer(DefaultBodyLimit::max(script_bytes_most))
        .layer(from_fn_with_state(script_bytes_most, refuse_announced))
}

/// A body that is announced as too large is not waited for.
async fn refuse_announced(State(most): State<usize>, request: Request, next: Next) -> Response {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if announced.and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > most as u64) {
        return too_large(most).into_response();
    }
    next.run(request).await
}

fn too_large(most: usize) -> Problem {
    // The rest of the body is not waited for.
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", format!("the script is larger than {most} bytes"))
        .with_header(header::CONNECTION, HeaderValue::from_static("close"))
}

async fn read(State(state): State<Shared>, Seen(film): Seen<OfFilm>) -> Result<Response, Problem> {
    let script = state.store.script(film.project).await.map_err(|error| refused(error, "film"))?;
    let script = script.ok_or_else(|| Problem::not_found("script; none was saved yet"))?;
    let headers: [(HeaderName, String); 2] = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::ETAG, format!("\"{}\"", script.revision)),
    ];
    Ok((headers, script.fountain).into_response())
}

async fn save(
    State(state): State<Shared>,
    Changed(film): Changed<OfFilm>,
    Expected(expected): Expected,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let text = take(&headers, body, state.script_bytes_most)?;
    let Understood { title, scenes, text } = understand(text).await?;
    let eighths: u32 = scenes.iter().map(|one| one.scene.eighths).sum();
    let count = scenes.len();
    let saved = state.store.save_script(film.project, text, scenes, expected).await;
    let revision = saved.map_err(|error| refused(error, "film"))?;
    state.tally.one("scripts_saved");
    tracing::info!(film = %film.project, revision, scenes = count, "saved a script");
    let body = json!({"revision": revision, "title": title, "scene_count": count, "eighths": eighths});
    Ok(([(header::ETAG, format!("\"{revision}\""))], Json(body)).into_response())
}

/// A script with what was read from it.
pub struct Understood {
    pub title: Option<String>,
    pub scenes: Vec<BrokenDown>,
    pub text: String,
}

/// Reads a script and breaks it down, off the async threads: a long one takes some milliseconds. One that is too large to be
/// a film's is refused.
pub async fn understand(text: String) -> Result<Understood, Problem> {
    let reading = tokio::task::spawn_blocking(move || read_whole(text));
    reading.await.map_err(|error| Problem::internal("reading a script", &error))?
}

fn read_whole(text: String) -> Result<Understood, Problem> {
    let script = parse(&text);
    let (elements, scenes) = (script.elements.len(), scenes(&script));
    if scenes.len() > SCENES_MOST || elements > ELEMENTS_MOST {
        let detail = format!(
            "the script has {} scenes and {elements} elements; give at most {SCENES_MOST} and {ELEMENTS_MOST}",
            scenes.len()
        );
        return Err(unusable("length", detail));
    }
    let scenes = BrokenDown::all(scenes);
    let items: usize = scenes.iter().map(|one| one.items.len()).sum();
    if items > ITEMS_MOST {
        let detail = format!(
            "the script's scenes name {items} people, places and things; give at most {ITEMS_MOST} (words in capitals count)"
        );
        return Err(unusable("length", detail));
    }
    Ok(Understood { title: script.title("title"), scenes, text })
}

/// The text of a body, whatever was sent.
fn take(headers: &HeaderMap, body: Result<Bytes, BytesRejection>, most: usize) -> Result<String, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !["text/plain", "text/x-fountain", "application/octet-stream", ""].contains(&kind.as_str()) {
        let detail = "the script must be Fountain text: send `content-type: text/plain`";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", detail));
    }
    let bytes = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(most),
        _ => Problem::malformed("the body cannot be read"),
    })?;
    if let Some(what) = other_format(&bytes) {
        let detail = format!("this is {what}, not Fountain text; export the script as plain text");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", detail));
    }
    let text = String::from_utf8(bytes.into()).map_err(|_| unusable("text", "the script is not UTF-8".to_owned()))?;
    if text.trim().is_empty() {
        return Err(unusable("length", "the script is empty".to_owned()));
    }
    if text.contains('\0') {
        return Err(unusable("text", "the script holds bytes that are no text".to_owned()));
    }
    Ok(text)
}

/// What files that are often sent by mistake begin with.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 5] = [
        (b"%PDF-", "a PDF"),
        (b"PK\x03\x04", "a ZIP file or a word processor's document"),
        (b"\xd0\xcf\x11\xe0", "a word processor's document"),
        (b"{\\rtf", "a rich text file"),
        (b"<?xml", "an XML file"),
    ];
    known.into_iter().find(|(head, _)| bytes.starts_with(head)).map(|(_, what)| what)
}

fn unusable(code: &'static str, detail: String) -> Problem {
    Problem::invalid(vec![FieldFault { field: "script".to_owned(), code, detail }])
}
