//! Beneficiaries: the list with its search, and the forms that make and delete.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use fleet_kit::{Fields, Problem};
use minijinja::context;
use minijinja::value::Serde;
use serde_json::json;

use super::{Failure, told};
use crate::afm::Afm;
use crate::api::{make_beneficiary, must, named, new_beneficiary, opened, refused};
use crate::generation::Generation;
use crate::grant::BeneficiaryId;
use crate::identity::PageActor;
use crate::state::Shared;
use crate::store::Page;

const LISTED: u32 = 50;

type Given = BTreeMap<String, String>;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/beneficiaries", get(list).post(create))
        .route("/beneficiaries/new", get(new_form))
        .route("/beneficiaries/{id}/delete", post(delete))
}

/// The search takes a name or a whole tax number: the one is looked for as text, the other by its blind index.
async fn list(
    State(state): State<Shared>,
    actor: PageActor,
    Query(query): Query<Given>,
) -> Result<Html<String>, Failure> {
    Ok(list_page(&state, &actor, &query, "").await?)
}

async fn list_page(state: &Shared, actor: &PageActor, query: &Given, told: &str) -> Result<Html<String>, Problem> {
    let words = query.get("q").map(|words| words.trim()).filter(|words| !words.is_empty());
    let indexes = words.and_then(|words| Afm::read(words).ok()).map(|afm| state.keys.indexes(&afm));
    let words_only = if indexes.is_some() { None } else { words };
    let after = query.get("after").and_then(|text| text.parse().ok());
    let rows = state.store.beneficiaries(words_only, indexes.as_deref(), Page { limit: LISTED, after }).await;
    let rows = rows.map_err(|error| refused(error, "beneficiary"))?;
    let next = (rows.len() == LISTED as usize).then(|| rows.last().map(|last| last.id.to_string())).flatten();
    let mut beneficiaries = Vec::new();
    for row in rows {
        let one = opened(state, row)?;
        let contact = one.contact.text();
        beneficiaries.push(context! { id => one.id.to_string(), name => one.name, afm => one.afm, contact });
    }
    let details = context! { beneficiaries, next, q => words, told };
    state.templates.render("beneficiaries.html", Some(actor), &state.version, details)
}

fn form_page(state: &Shared, actor: &PageActor, given: &Given, told: &str) -> Result<Html<String>, Problem> {
    let apart = state.generation == Generation::Second;
    let details = context! { given => Serde(given), apart, told };
    state.templates.render("beneficiary_form.html", Some(actor), &state.version, details)
}

async fn new_form(State(state): State<Shared>, actor: PageActor) -> Result<Html<String>, Failure> {
    must(actor.user.role.writes_documents(), &actor.user, "make beneficiaries")?;
    Ok(form_page(&state, &actor, &Given::new(), "")?)
}

async fn create(
    State(state): State<Shared>,
    actor: PageActor,
    Form(mut given): Form<Given>,
) -> Result<Response, Failure> {
    actor.check_form(&given.remove("csrf").unwrap_or_default())?;
    must(actor.user.role.writes_documents(), &actor.user, "make beneficiaries")?;
    let made = async {
        let mut fields = Fields::of(json!(given))?;
        let new = new_beneficiary(state.generation, &mut fields);
        fields.finish()?;
        make_beneficiary(&state, &actor.user, new).await
    };
    match made.await {
        Ok(_) => Ok(Redirect::to("/beneficiaries").into_response()),
        Err(problem) => Ok((problem.status, form_page(&state, &actor, &given, &told(&problem))?).into_response()),
    }
}

async fn delete(
    State(state): State<Shared>,
    actor: PageActor,
    Path(id): Path<String>,
    Form(given): Form<Given>,
) -> Result<Response, Failure> {
    actor.check_form(given.get("csrf").map_or("", String::as_str))?;
    must(actor.user.role.writes_documents(), &actor.user, "delete beneficiaries")?;
    let id: BeneficiaryId = named(&id, "beneficiary")?;
    match state.store.delete_beneficiary(actor.user.id, id, None).await {
        Ok(()) => Ok(Redirect::to("/beneficiaries").into_response()),
        Err(error) => {
            let problem = refused(error, "beneficiary");
            let page = list_page(&state, &actor, &Given::new(), &told(&problem)).await?;
            Ok((problem.status, page).into_response())
        }
    }
}
