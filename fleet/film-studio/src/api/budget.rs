//! The budget: its lines, and the top sheet.

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use fleet_kit::{Fields, Problem};
use serde_json::json;

use super::places::{Changed, OfFilm, Seen};
use super::refused;
use crate::film::{ACCOUNT_GROUPS, BudgetLine, NewBudgetLine, ProjectId, top_sheet};
use crate::state::Shared;

/// A thousand millions.
const CENTS_MOST: i64 = 100_000_000_000;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/projects/{id}/budget", get(read).post(add))
        .route("/api/projects/{id}/budget/{line_id}", delete(remove))
}

async fn read(State(state): State<Shared>, Seen(film): Seen<OfFilm>) -> Result<Response, Problem> {
    let told = |error| refused(error, "film");
    let lines = state.store.budget(film.project).await.map_err(told)?;
    let project = state.store.project(film.user.id, film.project).await.map_err(told)?;
    let currency = project.map(|project| project.currency).unwrap_or_default();
    Ok(Json(json!({"currency": currency, "top_sheet": top_sheet(&lines), "lines": lines})).into_response())
}

async fn add(State(state): State<Shared>, Changed(film): Changed<OfFilm>, fields: Fields) -> Result<Response, Problem> {
    let line = add_line(&state, film.project, fields).await?;
    Ok((StatusCode::CREATED, Json(line)).into_response())
}

/// Adds a line to a film's budget.
pub async fn add_line(state: &Shared, project: ProjectId, mut fields: Fields) -> Result<BudgetLine, Problem> {
    let account = fields.required_text("account", 4..=4);
    let is_known = account.chars().all(|digit| digit.is_ascii_digit())
        && ACCOUNT_GROUPS.iter().any(|(digit, _)| account.starts_with(digit));
    if fields.is_sound() && !is_known {
        fields.fault("account", "text", "`account` must be four digits of which the first is 1 to 4");
    }
    let description = fields.required_text("description", 1..=200);
    let amount_cents = fields.take("amount_cents").and_then(|given| given.as_i64());
    let amount_cents = amount_cents.filter(|cents| (0..=CENTS_MOST).contains(cents)).unwrap_or_else(|| {
        let detail = format!("`amount_cents` must be a whole number of hundredths from 0 to {CENTS_MOST}");
        fields.fault("amount_cents", "range", detail);
        0
    });
    fields.finish()?;
    let new = NewBudgetLine { account, description, amount_cents };
    state.store.add_budget_line(project, new).await.map_err(|error| refused(error, "film"))
}

async fn remove(
    State(state): State<Shared>,
    Changed(film): Changed<OfFilm>,
    Path((_, line)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let line = line.parse().map_err(|_| Problem::not_found("line of the budget"))?;
    let removed = state.store.remove_budget_line(film.project, line).await;
    removed.map_err(|error| refused(error, "line of the budget"))?;
    Ok(StatusCode::NO_CONTENT)
}
