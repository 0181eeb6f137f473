//! Payments, and reconciliation with the bank's statement.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use fleet_kit::given::Query;
use fleet_kit::paging::{Parameters, one_more, page, part};
use fleet_kit::{Fields, Problem};
use serde_json::Value;

use super::{must, named, refused, required_cents, required_id};
use crate::grant::{BudgetId, NewPayment, StatementEntry};
use crate::identity::Actor;
use crate::live;
use crate::state::Shared;

const REFERENCE: std::ops::RangeInclusive<usize> = 1..=64;
/// A statement has at most so many entries.
const ENTRIES_MOST: usize = 1000;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/budgets/{id}/payments", get(list).post(pay))
        .route("/api/budgets/{id}/reconcile", post(reconcile))
}

async fn list(
    State(state): State<Shared>,
    Actor(_): Actor,
    Path(id): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let id: BudgetId = named(&id, "budget")?;
    let page = page::<uuid::Uuid>(&parameters, &["outstanding"])?;
    let outstanding = parameters.get("outstanding").is_some_and(|text| text == "true");
    let more = one_more(page);
    let items = state.store.payments(id, outstanding, more.after, more.limit).await;
    let items = items.map_err(|error| refused(error, "budget"))?;
    Ok(Json(part(items, page.limit, |one| one.id.to_string())).into_response())
}

async fn pay(
    State(state): State<Shared>,
    Actor(user): Actor,
    Path(id): Path<String>,
    mut fields: Fields,
) -> Result<Response, Problem> {
    must(user.role.writes_budgets(), &user, "make payments")?;
    let id: BudgetId = named(&id, "budget")?;
    let commitment = required_id(&mut fields, "commitment_id");
    let amount_cents = required_cents(&mut fields, "amount_cents", 1);
    let reference = fields.required_text("reference", REFERENCE);
    let day = fields.required_text("paid_on", 10..=10);
    let paid_on = day.parse::<jiff::civil::Date>().ok().filter(|day| (2000..=2100).contains(&day.year()));
    if paid_on.is_none() && fields.is_sound() {
        fields.fault("paid_on", "text", "`paid_on` must be a day from 2000 to 2100, like `2026-01-31`");
    }
    fields.finish()?;
    let (Some(commitment_id), Some(paid_on)) = (commitment, paid_on) else {
        return Err(Problem::malformed("`commitment_id` must be an id and `paid_on` a day"));
    };
    let new = NewPayment { commitment_id, amount_cents, reference, paid_on };
    let made = state.store.pay(user.id, id, new).await;
    let (payment, event) = made.map_err(|error| refused(error, "budget or commitment"))?;
    metrics::counter!("payments_total").increment(1);
    live::publish(&state, &event).await;
    let payment = state.store.payment(payment).await.map_err(|error| refused(error, "payment"))?;
    Ok((StatusCode::CREATED, Json(payment)).into_response())
}

async fn reconcile(
    State(state): State<Shared>,
    Actor(user): Actor,
    Path(id): Path<String>,
    mut fields: Fields,
) -> Result<Response, Problem> {
    must(user.role.writes_budgets(), &user, "reconcile budgets")?;
    let id: BudgetId = named(&id, "budget")?;
    let statement = fields.required_text("statement", 1..=80);
    let entries = entries(&mut fields);
    fields.finish()?;
    let done = state.store.reconcile(user.id, id, &statement, &entries).await;
    let (reconciliation, event) = done.map_err(|error| refused(error, "budget"))?;
    metrics::counter!("reconciliations_total").increment(1);
    live::publish(&state, &event).await;
    Ok(Json(reconciliation).into_response())
}

/// The member `entries`: objects with `reference` and `amount_cents`.
fn entries(fields: &mut Fields) -> Vec<StatementEntry> {
    let list = match fields.take("entries") {
        Some(Value::Array(list)) if list.len() <= ENTRIES_MOST => list,
        _ => {
            let wanted = format!(
                "`entries` must be a list of at most {ENTRIES_MOST} objects with `reference` and `amount_cents`"
            );
            fields.fault("entries", "type", wanted);
            return Vec::new();
        }
    };
    let mut entries = Vec::new();
    for (at, one) in list.into_iter().enumerate() {
        let Ok(mut inner) = Fields::of(one) else {
            fields.fault(
                &format!("entries.{at}"),
                "type",
                "an entry must be an object with `reference` and `amount_cents`",
            );
            continue;
        };
        let (reference, amount_cents) =
            (inner.required_text("reference", REFERENCE), required_cents(&mut inner, "amount_cents", 1));
        entries.push(StatementEntry { reference, amount_cents });
        if let Err(problem) = inner.finish() {
            for fault in problem.errors {
                fields.fault(&format!("entries.{at}.{}", fault.field), fault.code, fault.detail);
            }
        }
    }
    entries
}
