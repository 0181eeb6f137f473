//! Budgets, their lines and commitments.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use fleet_kit::given::Query;
use fleet_kit::paging::{Parameters, one_more, page, part};
use fleet_kit::{Fields, Problem};
use serde_json::Value;

use super::{must, named, optional_id, refused, required_cents, required_id};
use crate::grant::{Budget, BudgetId, NewCommitment};
use crate::identity::Actor;
use crate::live;
use crate::state::Shared;

const NAME: std::ops::RangeInclusive<usize> = 1..=120;
const LINES_MOST: usize = 200;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/budgets", get(list).post(create))
        .route("/api/budgets/{id}", get(read).delete(delete))
        .route("/api/budgets/{id}/lines", post(add_line))
        .route("/api/budgets/{id}/commitments", get(commitments).post(commit))
}

async fn list(
    State(state): State<Shared>,
    Actor(_): Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let page = page(&parameters, &[])?;
    let items = state.store.budgets(one_more(page)).await.map_err(|error| refused(error, "budget"))?;
    Ok(Json(part(items, page.limit, |budget| budget.id.to_string())).into_response())
}

async fn create(State(state): State<Shared>, Actor(user): Actor, mut fields: Fields) -> Result<Response, Problem> {
    must(user.role.writes_budgets(), &user, "make budgets")?;
    let name = fields.required_text("name", NAME);
    let lines = lines(&mut fields);
    fields.finish()?;
    let made = state.store.create_budget(user.id, &name, &lines).await;
    let (budget, event) = made.map_err(|error| refused(error, "budget"))?;
    live::publish(&state, &event).await;
    let location = format!("/api/budgets/{}", budget.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(budget)).into_response())
}

/// The member `lines`, if given: objects with `name` and `planned_cents`.
fn lines(fields: &mut Fields) -> Vec<(String, i64)> {
    let Some(given) = fields.take("lines") else { return Vec::new() };
    let Value::Array(list) = given else {
        fields.fault("lines", "type", "`lines` must be a list of objects with `name` and `planned_cents`");
        return Vec::new();
    };
    if list.len() > LINES_MOST {
        fields.fault("lines", "length", format!("`lines` has {} members; give at most {LINES_MOST}", list.len()));
        return Vec::new();
    }
    let mut lines = Vec::new();
    for (at, one) in list.into_iter().enumerate() {
        let mut inner = match Fields::of(one) {
            Ok(inner) => inner,
            Err(_) => {
                fields.fault(
                    &format!("lines.{at}"),
                    "type",
                    "a line must be an object with `name` and `planned_cents`",
                );
                continue;
            }
        };
        lines.push((inner.required_text("name", NAME), required_cents(&mut inner, "planned_cents", 0)));
        if let Err(problem) = inner.finish() {
            for fault in problem.errors {
                fields.fault(&format!("lines.{at}.{}", fault.field), fault.code, fault.detail);
            }
        }
    }
    lines
}

async fn read(State(state): State<Shared>, Actor(_): Actor, Path(id): Path<String>) -> Result<Json<Budget>, Problem> {
    let id: BudgetId = named(&id, "budget")?;
    let budget = state.store.budget(id).await.map_err(|error| refused(error, "budget"))?;
    budget.map(Json).ok_or_else(|| Problem::not_found("budget"))
}

async fn delete(
    State(state): State<Shared>,
    Actor(user): Actor,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    must(user.role.writes_budgets(), &user, "delete budgets")?;
    let id: BudgetId = named(&id, "budget")?;
    state.store.delete_budget(user.id, id).await.map_err(|error| refused(error, "budget"))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn add_line(
    State(state): State<Shared>,
    Actor(user): Actor,
    Path(id): Path<String>,
    mut fields: Fields,
) -> Result<Response, Problem> {
    must(user.role.writes_budgets(), &user, "change budgets")?;
    let id: BudgetId = named(&id, "budget")?;
    let name = fields.required_text("name", NAME);
    let planned_cents = required_cents(&mut fields, "planned_cents", 0);
    fields.finish()?;
    let added = state.store.add_line(user.id, id, &name, planned_cents).await;
    let (budget, event) = added.map_err(|error| refused(error, "budget"))?;
    live::publish(&state, &event).await;
    Ok((StatusCode::CREATED, Json(budget)).into_response())
}

async fn commitments(
    State(state): State<Shared>,
    Actor(_): Actor,
    Path(id): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let id: BudgetId = named(&id, "budget")?;
    let page = page(&parameters, &[])?;
    let items = state.store.commitments(id, one_more(page)).await.map_err(|error| refused(error, "budget"))?;
    Ok(Json(part(items, page.limit, |one| one.id.to_string())).into_response())
}

async fn commit(
    State(state): State<Shared>,
    Actor(user): Actor,
    Path(id): Path<String>,
    mut fields: Fields,
) -> Result<Response, Problem> {
    must(user.role.writes_budgets(), &user, "make commitments")?;
    let id: BudgetId = named(&id, "budget")?;
    let line = required_id(&mut fields, "line_id");
    let beneficiary = required_id(&mut fields, "beneficiary_id");
    let document_id = optional_id(&mut fields, "document_id");
    let purpose = fields.required_text("purpose", 1..=200);
    let amount_cents = required_cents(&mut fields, "amount_cents", 1);
    fields.finish()?;
    let (Some(line_id), Some(beneficiary_id)) = (line, beneficiary) else {
        return Err(Problem::malformed("`line_id` and `beneficiary_id` must be ids"));
    };
    let new = NewCommitment { line_id, beneficiary_id, document_id, purpose, amount_cents };
    let made = state.store.commit(user.id, id, new).await;
    let (commitment, event) = made.map_err(|error| refused(error, "budget or line"))?;
    live::publish(&state, &event).await;
    let commitment = state.store.commitment(commitment).await.map_err(|error| refused(error, "commitment"))?;
    Ok((StatusCode::CREATED, Json(commitment)).into_response())
}
