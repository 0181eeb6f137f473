//! For operators: what the database does, what was slow, and the service's figures by day and by week.

use std::collections::BTreeMap;

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use fleet_kit::Problem;
use fleet_kit::given::Query;
use fleet_kit::paging::Parameters;
use fleet_kit::problem::FieldFault;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::refused;
use crate::identity::Operator;
use crate::state::Shared;
use crate::store::DayFigures;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/operator/processes", get(processes))
        .route("/api/operator/processes/{number}", delete(end))
        .route("/api/operator/slow-queries", get(slow_queries))
        .route("/api/operator/figures/daily", get(daily))
        .route("/api/operator/figures/weekly", get(weekly))
}

async fn processes(State(state): State<Shared>, _: Operator) -> Result<Response, Problem> {
    let list = state.store.processes().await.map_err(|error| refused(error, "process"))?;
    Ok(Json(json!({"items": list, "pool": state.store.pool()})).into_response())
}

async fn end(
    State(state): State<Shared>,
    Operator(user): Operator,
    Path(number): Path<String>,
) -> Result<StatusCode, Problem> {
    let number = number.parse().map_err(|_| Problem::not_found("database process"))?;
    state.store.end_process(number).await.map_err(|error| refused(error, "database process"))?;
    tracing::warn!(process = number, by = %user.id, "an operator ended a database process");
    Ok(StatusCode::NO_CONTENT)
}

/// Those of this instance.
async fn slow_queries(State(state): State<Shared>, _: Operator) -> Response {
    Json(json!({"items": state.store.slow_queries()})).into_response()
}

async fn daily(
    State(state): State<Shared>,
    _: Operator,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let day = last_day(&parameters)?;
    let days = figures(&state, day, day).await?;
    let amounts = days.into_iter().next().map(|(_, amounts)| amounts).unwrap_or_default();
    Ok(Json(report(json!({"day": day.to_string()}), amounts)).into_response())
}

/// The seven days up to and with `day`.
async fn weekly(
    State(state): State<Shared>,
    _: Operator,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let last = last_day(&parameters)?;
    let first = last.checked_sub(6.days()).map_err(|error| Problem::internal("counting days", &error))?;
    let days = figures(&state, first, last).await?;
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (name, amount) in days.iter().flat_map(|(_, amounts)| amounts) {
        *sums.entry(name.clone()).or_default() += amount;
    }
    let days: Vec<Value> = days.into_iter().map(|(day, amounts)| report(json!({ "day": day }), amounts)).collect();
    let mut week = report(json!({"first": first.to_string(), "last": last.to_string()}), sums);
    week["days"] = json!(days);
    Ok(Json(week).into_response())
}

/// What was counted in this process belongs to it, too.
async fn figures(state: &Shared, first: Date, last: Date) -> Result<Vec<DayFigures>, Problem> {
    state.tally.flush(&state.store).await;
    state.store.figures(first, last).await.map_err(|error| refused(error, "figures"))
}

/// Amounts, and the shares that the objectives are about.
fn report(mut about: Value, amounts: BTreeMap<String, i64>) -> Value {
    let of = |name: &str| amounts.get(name).copied().unwrap_or(0);
    let share = |part: i64| (of("requests") > 0).then(|| (part as f64 * 1e5 / of("requests") as f64).round() / 1e3);
    about["error_rate_percent"] = json!(share(of("requests_failed")));
    about["late_percent"] = json!(share(of("requests_late")));
    about["amounts"] = json!(amounts);
    about
}

/// The day asked for, else today (UTC).
fn last_day(parameters: &Parameters) -> Result<Date, Problem> {
    let fault = |field: &str, code, detail: &str| {
        let field = field.chars().take(80).collect();
        Problem::invalid(vec![FieldFault { field, code, detail: detail.to_owned() }])
    };
    if let Some(unknown) = parameters.keys().find(|name| *name != "day") {
        return Err(fault(unknown, "unknown", "no such parameter here; remove it"));
    }
    let Some(text) = parameters.get("day") else {
        return Ok(jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date());
    };
    let day: Option<Date> = Some(text).filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
    day.filter(|day| (1990..=2100).contains(&day.year()))
        .ok_or_else(|| fault("day", "text", "`day` must be a day such as `2026-05-07`"))
}
