//! Briefs by form.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use fleet_kit::{Fields, Problem};
use serde_json::json;

use super::asking::Own;
use super::lists::texts;
use super::refused;
use crate::state::Shared;
use crate::studio::{Brief, BriefContent, Client, NewBrief};

/// Entries of each list, and characters of each.
pub(super) const ENTRIES_MOST: usize = 20;
pub(super) const ENTRY_LENGTH_MOST: usize = 300;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/clients/{id}/briefs", get(list).post(create)).route("/api/briefs/{id}", get(read))
}

async fn list(State(state): State<Shared>, Own(client): Own<Client>) -> Result<Response, Problem> {
    let items = state.store.briefs(client.id).await.map_err(refused("client"))?;
    Ok(Json(json!({"items": items})).into_response())
}

async fn create(
    State(state): State<Shared>,
    Own(client): Own<Client>,
    mut fields: Fields,
) -> Result<Response, Problem> {
    let title = fields.required_text("title", 1..=120);
    let mut list = |name: &str| texts(&mut fields, name, ENTRIES_MOST, ENTRY_LENGTH_MOST).unwrap_or_default();
    let (pains, benefits, proof, keywords) = (list("pains"), list("benefits"), list("proof"), list("keywords"));
    let content = BriefContent {
        offer: fields.required_text("offer", 1..=ENTRY_LENGTH_MOST),
        audience: fields.optional_text("audience", 0..=ENTRY_LENGTH_MOST).unwrap_or_default(),
        pains,
        benefits,
        proof,
        keywords,
        call_to_action: fields.optional_text("call_to_action", 0..=160).unwrap_or_default(),
    };
    fields.finish()?;
    let new = NewBrief { client_id: client.id, title, source: "form", content, original: None };
    let brief = state.store.create_brief(new).await.map_err(refused("client"))?;
    Ok((StatusCode::CREATED, Json(brief)).into_response())
}

async fn read(Own(brief): Own<Brief>) -> Json<Brief> {
    Json(brief)
}
