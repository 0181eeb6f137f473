//! What operators ask and do: the queue, the codec canary, the data's integrity, the lock on changes.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use fleet_kit::{Fields, Problem};
use serde_json::{Value, json};

use super::refused;
use crate::identity::Operator;
use crate::jobs::{CanaryReport, canary};
use crate::state::Shared;
use crate::store::StoreError;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/operator/queue", get(queue))
        .route("/api/operator/canary", post(run_canary))
        .route("/api/operator/integrity", get(integrity))
        .route("/api/operator/write-lock", get(lock).put(set_lock))
}

fn failed(error: StoreError) -> Problem {
    refused(error, "row")
}

async fn queue(State(state): State<Shared>, _: Operator) -> Result<Json<Value>, Problem> {
    let figures = state.store.queue().await.map_err(failed)?;
    Ok(Json(json!({
        "queued": figures.queued,
        "running": figures.running,
        "oldest_seconds": figures.oldest_seconds,
        "workers": state.jobs.workers,
    })))
}

async fn run_canary(State(state): State<Shared>, _: Operator) -> Json<CanaryReport> {
    Json(canary(&state.ffmpeg, state.ffmpeg_config.experimental_codecs).await)
}

async fn integrity(State(state): State<Shared>, _: Operator) -> Result<Json<Value>, Problem> {
    let findings = state.store.findings().await.map_err(failed)?;
    Ok(Json(json!({"sound": findings.is_sound(), "findings": findings})))
}

async fn lock(State(state): State<Shared>, _: Operator) -> Result<Response, Problem> {
    Ok(Json(state.store.maintenance().await.map_err(failed)?).into_response())
}

async fn set_lock(
    State(state): State<Shared>,
    Operator(user): Operator,
    mut fields: Fields,
) -> Result<Response, Problem> {
    let locked = fields.take("locked").and_then(|value| value.as_bool());
    let reason = fields.optional_text("reason", 0..=200).unwrap_or_default();
    if locked.is_none() {
        fields.fault("locked", "type", "`locked` must be `true` or `false`");
    }
    fields.finish()?;
    let locked = locked.unwrap_or(true);
    state.store.lock_writes(locked, &reason).await.map_err(failed)?;
    tracing::warn!(user = %user.id, locked, reason, "changes were locked or unlocked");
    Ok(Json(state.store.maintenance().await.map_err(failed)?).into_response())
}
