//! The way in to editing together: a WebSocket for each project, spoken as Yjs' `y-websocket` does.

use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use fleet_kit::{Drain, Problem};

use super::{not_opened, project};
use crate::collab;
use crate::identity::{Actor, check_origin};
use crate::state::Shared;

/// Where browsers connect to.
pub const COLLABORATION_ROUTE: &str = "/collab/{id}";
/// A browser that was away for long sends much at once.
const MESSAGE_BYTES_MOST: usize = 8 << 20;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route(COLLABORATION_ROUTE, get(connect))
}

async fn connect(
    State(state): State<Shared>,
    Extension(drain): Extension<Drain>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Actor(user): Actor,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    check_origin(&state, &headers)?;
    let upgrade = upgrade.map_err(|error| Problem::new(error.status(), "upgrade", error.body_text()))?;
    let project = project(&state, &id).await?;
    if drain.is_draining() {
        return Err(Problem::unavailable("this instance is being replaced; connect anew"));
    }
    let room = state.rooms.room(project.id).await.map_err(not_opened)?;
    metrics::counter!("websocket_sessions_total").increment(1);
    tracing::info!(project = %project.id, user = %user.id, "somebody edits");
    let (rooms, lock) = (state.rooms.clone(), state.lock.clone());
    let upgrade = upgrade.max_message_size(MESSAGE_BYTES_MOST).max_frame_size(MESSAGE_BYTES_MOST);
    Ok(upgrade.on_upgrade(move |socket| collab::serve(rooms, room, lock, socket, drain)))
}
