//! Exports and previews, and the jobs that make them.

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use fleet_kit::request::current;
use fleet_kit::{Fields, Problem};
use serde_json::json;

use super::{named, not_opened, project, refused};
use crate::identity::Actor;
use crate::render::{Format, Wish};
use crate::state::Shared;
use crate::store::{Job, JobKind, NewJob};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/projects/{id}/exports", post(export))
        .route("/api/projects/{id}/previews", post(preview))
        .route("/api/projects/{id}/jobs", get(list))
        .route("/api/jobs/{id}", get(read))
        .route("/api/jobs/{id}/cancel", post(cancel))
        .route("/api/jobs/{id}/retry", post(retry))
}

async fn export(
    State(state): State<Shared>,
    _: Actor,
    Path(id): Path<String>,
    mut fields: Fields,
) -> Result<Response, Problem> {
    let format = match fields.optional_choice("format", &["mp4", "webm", "av1"]) {
        Some("webm") => Format::Webm,
        Some("av1") => Format::Av1,
        _ => Format::Mp4,
    };
    if format == Format::Av1 && !state.ffmpeg_config.experimental_codecs {
        fields.fault("format", "unavailable", "`av1` is experimental, and `EXPERIMENTAL_CODECS` is off here");
    }
    fields.finish()?;
    queue(&state, &id, JobKind::Export, format).await
}

async fn preview(State(state): State<Shared>, _: Actor, Path(id): Path<String>) -> Result<Response, Problem> {
    queue(&state, &id, JobKind::Preview, Format::Mp4).await
}

async fn queue(state: &Shared, id: &str, kind: JobKind, format: Format) -> Result<Response, Problem> {
    let project = project(state, id).await?;
    let room = state.rooms.room(project.id).await.map_err(not_opened)?;
    let timeline = room.timeline();
    let duration_ms = timeline.duration_ms();
    if timeline.clips.is_empty() {
        let told = "the timeline is empty; put a clip on it first";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "impossible", told));
    }
    let wish = Wish { timeline, picture: project.picture, format, draft: kind == JobKind::Preview };
    let (request_id, correlation_id) = current().map(|ids| (ids.request, ids.correlation)).unwrap_or_default();
    let new = NewJob {
        project_id: project.id,
        asset_id: None,
        kind,
        payload: json!({"wish": wish, "duration_ms": duration_ms}),
        attempts_most: state.jobs.attempts,
        timeout: state.jobs.timeout,
        request_id,
        correlation_id,
    };
    let job = state.store.enqueue(new).await.map_err(|error| refused(error, "project"))?;
    state.wake.wake();
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, format!("/api/jobs/{}", job.id))], Json(job)).into_response())
}

async fn list(State(state): State<Shared>, _: Actor, Path(id): Path<String>) -> Result<Response, Problem> {
    let project = project(&state, &id).await?;
    let items = state.store.jobs(project.id).await.map_err(|error| refused(error, "project"))?;
    Ok(Json(json!({"items": items})).into_response())
}

async fn read(State(state): State<Shared>, _: Actor, Path(id): Path<String>) -> Result<Json<Job>, Problem> {
    let found = state.store.job(named(&id, "job")?).await.map_err(|error| refused(error, "job"))?;
    found.map(Json).ok_or_else(|| Problem::not_found("job"))
}

async fn cancel(State(state): State<Shared>, actor: Actor, Path(id): Path<String>) -> Result<Json<Job>, Problem> {
    let cancelled = state.store.cancel(named(&id, "job")?).await.map_err(|error| refused(error, "job"))?;
    match cancelled {
        Some(job) => Ok(Json(job)),
        None => {
            let _there = read(State(state), actor, Path(id)).await?;
            Err(Problem::conflict("the job has ended already"))
        }
    }
}

async fn retry(State(state): State<Shared>, actor: Actor, Path(id): Path<String>) -> Result<Json<Job>, Problem> {
    let queued = state.store.retry(named(&id, "job")?).await.map_err(|error| refused(error, "job"))?;
    match queued {
        Some(job) => {
            state.wake.wake();
            Ok(Json(job))
        }
        None => {
            let _there = read(State(state), actor, Path(id)).await?;
            Err(Problem::conflict("only a job that failed or was cancelled is tried again"))
        }
    }
}
