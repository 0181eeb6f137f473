//! Uploads: a form with a file becomes a component of the kind that the file's bytes tell.

use axum::Router;
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::post;
use fleet_kit::{Fields, Problem};
use serde_json::{Map, Value};

use super::components::TITLE;
use super::places::Own;
use super::refused;
use crate::media::{Received, Refused, Which};
use crate::state::Shared;
use crate::story::{COMPONENT_KINDS, ComponentId, Content, Element, NewComponent, Universe};
use fleet_kit::versions::made;

/// Where files are sent to.
pub const UPLOAD_ROUTE: &str = "/api/elements/{id}/media";
/// No kind may be larger; what declares more is refused before a byte is read.
const BODY_BYTES_MOST: u64 = (512 << 20) + (64 << 10);
const FIELD_BYTES_MOST: usize = 2000;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route(UPLOAD_ROUTE, post(upload).layer(DefaultBodyLimit::disable()))
}

async fn upload(
    State(state): State<Shared>,
    Own((element, _)): Own<(Element, Universe)>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    refuse_declared_size(&headers)?;
    let mut form = Multipart::from_request(request, &state).await.map_err(|_| no_form())?;
    let (mut fields, mut received) = (Map::new(), None);
    while let Some(field) = form.next_field().await.map_err(|error| told(error.into()))? {
        match field.name() {
            Some("file") if received.is_none() => received = Some(state.staging.receive(field).await.map_err(told)?),
            Some("file") => return Err(Problem::malformed("the form holds more than one file; send one")),
            _ => {
                let (name, value) = short_text(field).await?;
                fields.insert(name, value);
                if fields.len() > 10 {
                    return Err(Problem::malformed("the form holds more than ten fields"));
                }
            }
        }
    }
    let mut fields = Fields::of(Value::Object(fields))?;
    let title = fields.optional_text("title", TITLE);
    let kind = fields.optional_choice("kind", &COMPONENT_KINDS);
    match (&received, kind) {
        (None, _) => fields.fault("file", "missing", "`file` is missing: the form must hold the file"),
        (Some(file), Some(kind)) if file.kind != kind => {
            fields.fault("kind", "choice", format!("the file is of kind `{}`, not `{kind}`", file.kind));
        }
        _ => {}
    }
    fields.finish()?;
    let received = received.ok_or_else(no_form)?;
    let title = title.unwrap_or_else(|| title_of(&received));
    attach(&state, &element, title, received).await
}

fn refuse_declared_size(headers: &HeaderMap) -> Result<(), Problem> {
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|bytes| bytes > BODY_BYTES_MOST) {
        return Err(too_large(format!("the upload is larger than {BODY_BYTES_MOST} bytes")));
    }
    Ok(())
}

fn title_of(received: &Received) -> String {
    received.media.file_name.rsplit_once('.').map_or("File", |(stem, _)| stem).to_owned()
}

/// Keeps the file, then the row; if the row cannot be kept the file is not, either.
pub(super) async fn attach(
    state: &Shared,
    element: &Element,
    title: String,
    received: Received,
) -> Result<Response, Problem> {
    let id = ComponentId::fresh();
    let kept = keep(state, id, &received.thumbnail, received.file).await;
    let content = match received.kind {
        "image" => Content::Image(received.media),
        "video" => Content::Video(received.media),
        "audio" => Content::Audio(received.media),
        _ => Content::Model3d(received.media),
    };
    let created = match kept {
        Ok(()) => {
            let new = NewComponent { id, element_id: element.id, title, content };
            state.store.create_component(new).await.map_err(|error| refused(error, "element"))
        }
        Err(problem) => Err(problem),
    };
    let component = match created {
        Ok(component) => component,
        Err(problem) => {
            state.media.remove(&[id]).await;
            return Err(problem);
        }
    };
    Ok(made(&component, component.version, format!("/api/components/{id}")))
}

async fn keep(
    state: &Shared,
    id: ComponentId,
    thumbnail: &Option<Vec<u8>>,
    file: tokio::fs::File,
) -> Result<(), Problem> {
    let kept = async {
        state.media.keep_file(id, file).await?;
        if let Some(thumbnail) = thumbnail {
            state.media.keep_bytes(id, Which::Thumbnail, thumbnail.clone()).await?;
        }
        Ok::<(), crate::media::StorageError>(())
    };
    kept.await.map_err(|error| {
        let cause = fleet_kit::commands::causes(&error);
        tracing::error!(doing = "keeping a file", error = cause, "request failed");
        Problem::new(StatusCode::INSUFFICIENT_STORAGE, "storage", "the file could not be kept; try again later")
    })
}

async fn short_text(mut field: Field<'_>) -> Result<(String, Value), Problem> {
    let name: String = field.name().unwrap_or_default().chars().take(80).collect();
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| told(error.into()))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > FIELD_BYTES_MOST {
            return Err(too_large(format!("the form's field `{name}` is larger than {FIELD_BYTES_MOST} bytes")));
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| Problem::malformed(format!("`{name}` is not UTF-8")))?;
    Ok((name, Value::String(text)))
}

fn no_form() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "media-type",
        "the body must be a form with a file: send `multipart/form-data` with a field `file`",
    )
}

fn too_large(detail: String) -> Problem {
    // The rest of the body is not waited for.
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
        .with_header(header::CONNECTION, header::HeaderValue::from_static("close"))
}

/// What the client is told of a file that is not taken.
pub(super) fn told(why: Refused) -> Problem {
    let detail = why.to_string();
    let (status, slug) = match why {
        Refused::Size { .. } => return too_large(detail),
        Refused::Type => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type"),
        Refused::Empty | Refused::Damaged(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        Refused::Broken(_) => (StatusCode::BAD_REQUEST, "malformed"),
        Refused::Silent => (StatusCode::REQUEST_TIMEOUT, "timeout"),
        Refused::Full => (StatusCode::INSUFFICIENT_STORAGE, "storage"),
        Refused::Failed(_) => return Problem::internal("taking a file in", &detail),
    };
    Problem::new(status, slug, detail)
}
