//! `/`: what is newest of everything.

use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use minijinja::context;
use minijinja::value::Serde;

use super::Failure;
use crate::api::refused;
use crate::identity::PageActor;
use crate::state::Shared;
use crate::store::Page;

const NEWEST: u32 = 5;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/", get(home))
}

async fn home(State(state): State<Shared>, actor: PageActor) -> Result<Html<String>, Failure> {
    let budgets = state.store.budgets(Page { limit: NEWEST, after: None }).await;
    let budgets = budgets.map_err(|error| refused(error, "budget"))?;
    let documents = state.store.documents(None, Page { limit: NEWEST, after: None }).await;
    let documents = documents.map_err(|error| refused(error, "document"))?;
    let details = context! { budgets => Serde(budgets), documents => Serde(documents) };
    Ok(state.templates.render("home.html", Some(&actor), &state.version, details)?)
}
