//! `/api/health/db`: whether the database is connected, and how busy its connections are.

use std::time::Instant;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use crate::state::Shared;
use crate::store::StoreError;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/health/db", get(database))
}

async fn database(State(state): State<Shared>) -> Response {
    let began = Instant::now();
    let outcome = state.store.check().await;
    let latency_ms = (began.elapsed().as_secs_f64() * 1e5).round() / 1e2;
    let (status, word, reason) = match &outcome {
        Ok(_) => (StatusCode::OK, "connected", None),
        Err(StoreError::Busy) => (StatusCode::SERVICE_UNAVAILABLE, "exhausted", Some("every connection is in use")),
        Err(StoreError::Unreachable { .. }) => {
            (StatusCode::SERVICE_UNAVAILABLE, "unreachable", Some("could not connect to server"))
        }
        Err(error) => {
            tracing::error!(%error, "the database's check failed");
            (StatusCode::SERVICE_UNAVAILABLE, "failing", Some("it does not read or take writes; the log says more"))
        }
    };
    let mut body = json!({
        "database": word,
        "kind": state.store.kind(),
        "latency_ms": latency_ms,
        "pool": state.store.pool(),
    });
    if let Ok(condition) = outcome {
        body["schema_version"] = json!(condition.schema_version);
    }
    if let Some(reason) = reason {
        body["reason"] = json!(reason);
    }
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
