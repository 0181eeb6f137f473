//! Uploads: a form with a file. It lies in a nameless file until FFmpeg has found it sound; what is refused leaves nothing behind.

use std::os::fd::AsRawFd;

use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fleet_kit::Problem;
use fleet_kit::request::current;
use fleet_kit::uploads::{Refused, Staged};
use serde_json::json;

use super::{project, refused};
use crate::identity::Actor;
use crate::ids::{AssetId, ProjectId};
use crate::jobs::Probing;
use crate::media::{Probed, UPLOAD_BYTES_MOST, kind_of, tell};
use crate::state::Shared;
use crate::store::{Asset, JobKind, NewAsset, NewJob};

/// Where files are sent to.
pub const UPLOAD_ROUTE: &str = "/api/projects/{id}/assets";

pub(super) fn routes() -> Router<Shared> {
    Router::new().route(UPLOAD_ROUTE, get(list).post(upload).layer(DefaultBodyLimit::disable()))
}

async fn list(State(state): State<Shared>, _: Actor, Path(id): Path<String>) -> Result<Response, Problem> {
    let project = project(&state, &id).await?;
    let items = state.store.assets(project.id).await.map_err(|error| refused(error, "project"))?;
    Ok(Json(json!({"items": items})).into_response())
}

async fn upload(
    State(state): State<Shared>,
    _: Actor,
    Path(id): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let project = project(&state, &id).await?;
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|bytes| bytes > UPLOAD_BYTES_MOST + 65_536) {
        return Err(Problem::from(Refused::Size(UPLOAD_BYTES_MOST)));
    }
    let mut form = Multipart::from_request(request, &state).await.map_err(|_| no_form())?;
    let mut staged = None;
    while let Some(field) = form.next_field().await.map_err(|error| Problem::from(Refused::from(error)))? {
        if field.name() != Some("file") || staged.is_some() {
            return Err(Problem::malformed("the form must hold one field, `file`"));
        }
        staged = Some(state.staging.receive(field, tell).await.inspect_err(|why| count_refusal(&why.to_string()))?);
    }
    let staged = staged.ok_or_else(no_form)?;
    let probed = examine(&state, &staged).await?;
    let asset = keep(&state, project.id, staged, probed).await?;
    queue_pictures(&state, &asset).await?;
    metrics::counter!("uploads_total", "outcome" => "kept").increment(1);
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/media/{}", asset.id))], Json(asset)).into_response())
}

fn count_refusal(why: &str) {
    metrics::counter!("uploads_total", "outcome" => "refused").increment(1);
    tracing::warn!(why, "an upload was refused");
}

/// Lets FFmpeg look at the nameless file, which our own list of open files gives a path.
async fn examine(state: &Shared, staged: &Staged) -> Result<Probed, Problem> {
    let path = format!("/proc/{}/fd/{}", std::process::id(), staged.file.as_raw_fd());
    let kind = kind_of(staged.file_type);
    let examined = async {
        let probed = state.ffmpeg.probe(&path).await?;
        let probed = crate::media::judge(probed, kind, state.limits.duration_most)?;
        state.ffmpeg.read_end(&path, probed.duration_ms).await?;
        Ok::<Probed, Probing>(probed)
    };
    examined.await.map_err(|error: Probing| match error {
        Probing::Unsound(why) => {
            count_refusal(&why.to_string());
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unsound", why.to_string())
        }
        Probing::Ffmpeg(error) => {
            tracing::error!(%error, "an upload could not be examined");
            Problem::unavailable("uploads cannot be examined now; try again later")
        }
    })
}

async fn keep(state: &Shared, project: ProjectId, staged: Staged, probed: Probed) -> Result<Asset, Problem> {
    let id = AssetId::fresh();
    let file_type = staged.file_type;
    let new = NewAsset {
        id,
        project_id: project,
        kind: kind_of(file_type),
        file_name: staged.file_name,
        media_type: file_type.media_type,
        ending: file_type.ending,
        size_bytes: i64::try_from(staged.size_bytes).unwrap_or(i64::MAX),
        sha256: staged.sha256,
        duration_ms: probed.duration_ms,
        width: probed.width,
        height: probed.height,
        has_audio: probed.has_audio,
    };
    let kept = match state.media.keep(id, file_type.ending, staged.file).await {
        Ok(()) => state.store.create_asset(new).await.map_err(|error| refused(error, "project")),
        Err(error) => {
            tracing::error!(%error, "an upload could not be kept");
            Err(Problem::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "storage",
                "the file could not be kept; try again later",
            ))
        }
    };
    if kept.is_err() {
        state.media.remove(&[id], &[]).await;
    }
    kept
}

/// Thumbnail and waveform are made in their own time.
async fn queue_pictures(state: &Shared, asset: &Asset) -> Result<(), Problem> {
    let wants_thumbnail = asset.kind != "audio" && state.ffmpeg_config.thumbnails;
    let wanted = [(JobKind::Thumbnail, wants_thumbnail), (JobKind::Waveform, asset.has_audio)];
    for (kind, _) in wanted.into_iter().filter(|(_, wanted)| *wanted) {
        let ids = current();
        let (request_id, correlation_id) = ids.map(|ids| (ids.request, ids.correlation)).unwrap_or_default();
        let new = NewJob {
            project_id: asset.project_id,
            asset_id: Some(asset.id),
            kind,
            payload: json!({}),
            attempts_most: state.jobs.attempts,
            timeout: state.jobs.timeout,
            request_id,
            correlation_id,
        };
        state.store.enqueue(new).await.map_err(|error| refused(error, "asset"))?;
    }
    state.wake.wake();
    Ok(())
}

fn no_form() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "media-type",
        "the body must be a form with a file: send `multipart/form-data` with a field `file`",
    )
    .with_header(header::ACCEPT, HeaderValue::from_static("multipart/form-data"))
}
