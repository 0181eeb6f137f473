//! Attachments: a form's file becomes a document's, its bytes are streamed out again.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use fleet_kit::Problem;
use fleet_kit::uploads::{FileType, Refused, Staged};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::{must, named, refused};
use crate::grant::{Attachment, AttachmentId, DocumentId, User};
use crate::identity::Actor;
use crate::state::Shared;
use crate::store::NewAttachment;

/// Where files are sent to.
pub const ATTACH_ROUTE: &str = "/api/documents/{id}/attachments";
/// Where they are fetched from.
pub const ATTACHMENT_ROUTE: &str = "/api/attachments/{id}";
const MEBIBYTE: u64 = 1 << 20;
const SIZE_MOST: u64 = 25 * MEBIBYTE;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route(ATTACH_ROUTE, post(attach).layer(DefaultBodyLimit::disable()).get(list))
        .route(ATTACHMENT_ROUTE, get(read).delete(detach))
}

const fn file_type(media_type: &'static str, ending: &'static str) -> Option<FileType> {
    Some(FileType { media_type, ending, size_most: SIZE_MOST })
}

/// What a file is, told by its first bytes; a client's word for it and its name's ending are not looked at. Office files are
/// archives, and are kept as what they are.
fn told_by(head: &[u8]) -> Option<FileType> {
    match head {
        [b'%', b'P', b'D', b'F', b'-', ..] => file_type("application/pdf", "pdf"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => file_type("image/png", "png"),
        [0xff, 0xd8, 0xff, ..] => file_type("image/jpeg", "jpg"),
        [b'P', b'K', 3, 4, ..] if is_office(head, b"[Content_Types]") || is_office(head, b"word/") => {
            file_type("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx")
        }
        [b'P', b'K', 3, 4, ..] if is_office(head, b"mimetypeapplication/vnd.oasis") => {
            file_type("application/vnd.oasis.opendocument.text", "odt")
        }
        [] => None,
        text if text.iter().all(|byte| (0x20..0x7f).contains(byte) || *byte >= 0x80 || b"\t\r\n".contains(byte)) => {
            // Text that a browser could take for a page is refused rather than guessed about.
            let start: Vec<u8> = text.trim_ascii_start().iter().take(1).copied().collect();
            if start == b"<" || text.starts_with(b"#!") { None } else { file_type("text/plain; charset=utf-8", "txt") }
        }
        _ => None,
    }
}

fn is_office(head: &[u8], mark: &[u8]) -> bool {
    head.windows(mark.len()).any(|window| window == mark)
}

async fn attach(
    State(state): State<Shared>,
    Actor(user): Actor,
    Path(id): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    must(user.role.writes_documents(), &user, "attach files")?;
    let document: DocumentId = named(&id, "document")?;
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|bytes| bytes > SIZE_MOST + 64 * 1024) {
        return Err(Refused::Size(SIZE_MOST).into());
    }
    let attachment = receive(&state, &user, document, request).await?;
    let location = format!("/api/attachments/{}", attachment.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(attachment)).into_response())
}

async fn receive(state: &Shared, user: &User, document: DocumentId, request: Request) -> Result<Attachment, Problem> {
    // Who attaches to nothing is told before the file has come.
    let known = state.store.document(document).await.map_err(|error| refused(error, "document"))?;
    known.ok_or_else(|| Problem::not_found("document"))?;
    let mut form = Multipart::from_request(request, state).await.map_err(|_| no_form())?;
    let mut staged: Option<Staged> = None;
    while let Some(field) = form.next_field().await.map_err(|error| Problem::from(Refused::from(error)))? {
        match field.name() {
            Some("file") if staged.is_none() => staged = Some(state.staging.receive(field, told_by).await?),
            Some("file") => return Err(Problem::malformed("the form holds more than one file; send one")),
            _ => return Err(Problem::malformed("the form holds a field that is not `file`; remove it")),
        }
    }
    let mut staged = staged.ok_or_else(no_form)?;
    let new = NewAttachment {
        document_id: document,
        file_name: &staged.file_name,
        media_type: staged.file_type.media_type,
        size_bytes: staged.size_bytes,
        sha256: &staged.sha256,
    };
    let kept = state.store.attach(user.id, new, &mut staged.file).await;
    let kept = kept.map_err(|error| refused(error, "document"))?;
    metrics::counter!("attachments_kept_total").increment(1);
    Ok(kept)
}

async fn list(State(state): State<Shared>, Actor(_): Actor, Path(id): Path<String>) -> Result<Response, Problem> {
    let id: DocumentId = named(&id, "document")?;
    let known = state.store.document(id).await.map_err(|error| refused(error, "document"))?;
    known.ok_or_else(|| Problem::not_found("document"))?;
    let items = state.store.attachments(id).await.map_err(|error| refused(error, "document"))?;
    Ok(Json(json!({"items": items})).into_response())
}

async fn read(State(state): State<Shared>, Actor(_): Actor, Path(id): Path<String>) -> Result<Response, Problem> {
    let id: AttachmentId = named(&id, "attachment")?;
    let found = state.store.attachment(id).await.map_err(|error| refused(error, "attachment"))?;
    let attachment = found.ok_or_else(|| Problem::not_found("attachment"))?;
    // Each part by itself: a slow reader holds no connection to the database.
    let parts = futures_util::stream::unfold((state, 0), move |(state, number)| async move {
        match state.store.attachment_part(id, number).await {
            Ok(Some(part)) => Some((Ok(part), (state, number + 1))),
            Ok(None) => None,
            Err(error) => {
                tracing::error!(%error, "an attachment broke off");
                Some((Err(std::io::Error::other("the database does not answer")), (state, number)))
            }
        }
    });
    let name = utf8_percent_encode(&attachment.file_name, NON_ALPHANUMERIC);
    let response = Response::builder()
        .header(header::CONTENT_TYPE, &attachment.media_type)
        .header(header::CONTENT_LENGTH, attachment.size_bytes)
        .header(header::ETAG, format!("\"{}\"", attachment.sha256))
        .header(header::CACHE_CONTROL, "private, max-age=3600")
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{name}"));
    response.body(Body::from_stream(parts)).map_err(|error| Problem::internal("answering with a file", &error))
}

async fn detach(
    State(state): State<Shared>,
    Actor(user): Actor,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    must(user.role.writes_documents(), &user, "remove attachments")?;
    let id: AttachmentId = named(&id, "attachment")?;
    state.store.detach(user.id, id).await.map_err(|error| refused(error, "attachment"))?;
    Ok(StatusCode::NO_CONTENT)
}

fn no_form() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "media-type",
        "the body must be a form with a file: send `multipart/form-data` with a field `file`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_the_type() {
        let cases: [(&[u8], Option<&str>); 9] = [
            (b"%PDF-1.7", Some("pdf")),
            (b"\x89PNG\r\n\x1a\n", Some("png")),
            (b"PK\x03\x04....[Content_Types].xml", Some("docx")),
            (b"PK\x03\x04....evil.exe", None),
            ("Σημείωμα".as_bytes(), Some("txt")),
            (b"  <html><script>", None),
            (b"#!/bin/sh", None),
            (b"MZ\x90\0", None),
            (b"", None),
        ];
        for (head, expected) in cases {
            assert_eq!(told_by(head).map(|found| found.ending), expected, "{head:?}");
        }
    }
}
