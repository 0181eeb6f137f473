//! The audit trail, for admins and treasurers.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use fleet_kit::Problem;
use fleet_kit::given::Query;
use fleet_kit::paging::{Parameters, one_more, page, part};

use super::{must, named, refused};
use crate::identity::Actor;
use crate::state::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/audit", get(list))
}

async fn list(
    State(state): State<Shared>,
    Actor(user): Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    must(user.role.writes_budgets(), &user, "read the audit trail")?;
    let page = page::<i64>(&parameters, &["subject"])?;
    let subject = parameters.get("subject").map(|text| named(text, "subject")).transpose()?;
    let more = one_more(page);
    let items = state.store.audit(subject, more.after, more.limit).await.map_err(|error| refused(error, "entry"))?;
    Ok(Json(part(items, page.limit, |entry| entry.id.to_string())).into_response())
}
