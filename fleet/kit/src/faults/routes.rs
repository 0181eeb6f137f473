//! `/faults`: shows, sets and clears the switches for whoever holds `FAULTS_TOKEN`.

use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::{Crash, Delay, Dependency, Errors, Faults, Leak, Loss, Name};
use crate::problem::Problem;

const GIBIBYTE: u64 = 1 << 30;

/// The routes; none if no token is configured, so that nothing tells they exist.
pub(crate) fn routes(faults: Faults) -> Router {
    if faults.0.token.is_none() {
        return Router::new();
    }
    Router::new()
        .route("/faults", get(show).delete(clear_all))
        .route("/faults/{name}", put(set).delete(clear))
        .route_layer(from_fn_with_state(faults.clone(), admit))
        .with_state(faults)
}

async fn admit(State(faults): State<Faults>, headers: HeaderMap, request: Request, next: Next) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let is_right =
        faults.0.token.as_ref().is_some_and(|token| token.expose().as_bytes().ct_eq(given.as_bytes()).into());
    if is_right {
        return next.run(request).await;
    }
    Problem::unauthenticated("faults are switched with `Authorization: Bearer FAULTS_TOKEN`").into_response()
}

async fn show(State(faults): State<Faults>) -> Response {
    let own = faults.0.own.get().copied().unwrap_or_default();
    let known: Vec<&str> = Name::ALL.into_iter().map(Name::as_str).chain(own.iter().copied()).collect();
    Json(json!({"active": faults.now(), "known": known, "dependencies": faults.0.dependencies})).into_response()
}

async fn clear_all(State(faults): State<Faults>) -> StatusCode {
    tracing::warn!("all faults are switched off");
    faults.change(|switches| *switches = super::Switches::default());
    StatusCode::NO_CONTENT
}

async fn clear(State(faults): State<Faults>, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    if let Some(own) = faults.own(&name) {
        tracing::warn!(fault = own, "a fault is switched off");
        faults.change(|switches| switches.own.retain(|on| *on != own));
        return Ok(StatusCode::NO_CONTENT);
    }
    let name = known(&name)?;
    tracing::warn!(fault = name.as_str(), "a fault is switched off");
    faults.change(|switches| switches.clear(name));
    Ok(StatusCode::NO_CONTENT)
}

async fn set(
    State(faults): State<Faults>,
    Path(name): Path<String>,
    body: axum::body::Bytes,
) -> Result<Response, Problem> {
    let body = if body.is_empty() { b"{}" } else { &body[..] };
    if let Some(own) = faults.own(&name) {
        let _: Empty = read(body)?;
        faults.change(|switches| {
            switches.own.retain(|on| *on != own);
            switches.own.push(own);
        });
        tracing::warn!(fault = own, "a fault is switched on");
        return Ok(Json(json!({"active": faults.now()})).into_response());
    }
    let name = known(&name)?;
    match name {
        Name::Latency => {
            let wanted = delay(body)?;
            faults.change(|switches| switches.latency = Some(wanted));
        }
        Name::SlowQuery => {
            let wanted = delay(body)?;
            faults.change(|switches| switches.slow_query = Some(wanted));
        }
        Name::Errors => {
            let wanted: Errors = read(body)?;
            check(is_share(wanted.share) && (500..600).contains(&wanted.status), "`share` above 0 to 1, `status` 5xx")?;
            faults.change(|switches| switches.errors = Some(wanted));
        }
        Name::Dependency => {
            let wanted: Dependency = read(body)?;
            let names = faults.0.dependencies.join("`, `");
            let is_known = faults.0.dependencies.contains(&wanted.name.as_str());
            check(is_known, &format!("`name` must be one of `{names}`"))?;
            faults.change(|switches| switches.dependency = Some(wanted));
        }
        Name::MemoryLeak => {
            let wanted: Leak = read(body)?;
            let fits = (1..=GIBIBYTE).contains(&wanted.bytes_per_second) && wanted.bytes_most <= 4 * GIBIBYTE;
            check(fits, "`bytes_per_second` 1 to 1 GiB, `bytes_most` up to 4 GiB")?;
            faults.change(|switches| switches.memory_leak = Some(wanted));
        }
        Name::FullDisk => {
            let _: Empty = read(body)?;
            faults.change(|switches| switches.full_disk = true);
        }
        Name::Crash => return crash(read(body)?),
        Name::DataLoss => return lose(&faults, read(body)?).await,
    }
    tracing::warn!(fault = name.as_str(), "a fault is switched on");
    Ok(Json(json!({"active": faults.now()})).into_response())
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Empty {}

fn delay(body: &[u8]) -> Result<Delay, Problem> {
    let wanted: Delay = read(body)?;
    let fits = (1..=60_000).contains(&wanted.delay_ms) && is_share(wanted.share);
    check(fits, "`delay_ms` 1 to 60000, `share` above 0 to 1").map(|()| wanted)
}

fn crash(when: Crash) -> Result<Response, Problem> {
    check(when.after_ms <= 60_000, "`after_ms` up to 60000")?;
    tracing::error!(fault = Name::Crash.as_str(), after_ms = when.after_ms, "a drill ends this process");
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(when.after_ms)).await;
        std::process::abort();
    });
    Ok((StatusCode::ACCEPTED, Json(Value::Null)).into_response())
}

async fn lose(faults: &Faults, loss: Loss) -> Result<Response, Problem> {
    check(is_share(loss.share), "`share` above 0 to 1")?;
    let losing = faults.0.losing.get().ok_or_else(|| Problem::not_found("way to lose data in this service"))?;
    let lost = losing(loss.share).await.map_err(|cause| Problem::internal("losing data for a drill", &cause))?;
    super::count(Name::DataLoss);
    tracing::error!(fault = Name::DataLoss.as_str(), lost, "a drill made rows vanish");
    Ok(Json(json!({"lost": lost})).into_response())
}

fn known(name: &str) -> Result<Name, Problem> {
    Name::named(name).ok_or_else(|| Problem::not_found("fault"))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::malformed(format!("the switch cannot be read: {error}")))
}

fn check(fits: bool, wanted: &str) -> Result<(), Problem> {
    if fits { Ok(()) } else { Err(Problem::malformed(format!("out of range; give {wanted}"))) }
}

fn is_share(share: f64) -> bool {
    share > 0.0 && share <= 1.0
}
