//! `GET /api/budgets/{id}/events`: what happens to a budget, over a WebSocket; with `?after=SEQUENCE` from there on.

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use fleet_kit::given::Query;
use fleet_kit::paging::Parameters;
use fleet_kit::{Drain, Problem, cookies};

use super::{named, refused};
use crate::grant::BudgetId;
use crate::identity::Actor;
use crate::live;
use crate::state::Shared;

/// Watchers say nothing, so nothing long is taken from them.
const MESSAGE_BYTES_MOST: usize = 4096;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/budgets/{id}/events", get(events))
}

async fn events(
    State(state): State<Shared>,
    Actor(_): Actor,
    Extension(drain): Extension<Drain>,
    Path(id): Path<String>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    // Browsers let any site open WebSockets, and send our cookie along.
    cookies::refuse_other_sites(&headers)?;
    let id: BudgetId = named(&id, "budget")?;
    let budget = state.store.budget(id).await.map_err(|error| refused(error, "budget"))?;
    let budget = budget.ok_or_else(|| Problem::not_found("budget"))?;
    let after =
        match parameters.get("after") {
            None => budget.sequence,
            Some(text) => text.parse::<i64>().ok().filter(|after| *after >= 0).ok_or_else(|| {
                Problem::malformed("`after` must be the `sequence` of the newest event that you have")
            })?,
        };
    let watching = move |socket| live::watch(state, id, after, socket, drain);
    Ok(upgrade.max_message_size(MESSAGE_BYTES_MOST).max_frame_size(MESSAGE_BYTES_MOST).on_upgrade(watching))
}
