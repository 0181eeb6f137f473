//! Beneficiaries: the list with its search, and the forms that make and delete.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use fleet_kit::given::{Form, Query};
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
use crate::store::{Page, SealedBeneficiary};

const LISTED: u32 = 50;
/// Offered in a form beside those named already; others are searched for.
const OFFERED: u32 = 100;

type Given = BTreeMap<String, String>;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/beneficiaries", get(list).post(create))
        .route("/beneficiaries/new", get(new_form))
        .route("/beneficiaries/{id}/delete", post(delete))
}

async fn list(
    State(state): State<Shared>,
    actor: PageActor,
    Query(query): Query<Given>,
) -> Result<Html<String>, Failure> {
    Ok(list_page(&state, &actor, &query, "").await?)
}

/// By a name or a whole tax number: the one is looked for as text, the other by its blind index.
async fn search(
    state: &Shared,
    words: Option<&str>,
    page: Page<BeneficiaryId>,
) -> Result<Vec<SealedBeneficiary>, Problem> {
    let indexes = words.and_then(|words| Afm::read(words).ok()).map(|afm| state.keys.indexes(&afm));
    let words_only = if indexes.is_some() { None } else { words };
    let rows = state.store.beneficiaries(words_only, indexes.as_deref(), page).await;
    rows.map_err(|error| refused(error, "beneficiary"))
}

/// What a form offers: those named already, whoever they are, and of the others the newest that the words find. With whether
/// there are more than it offers.
pub(super) async fn offered(
    state: &Shared,
    named: &[BeneficiaryId],
    words: &str,
) -> Result<(Vec<minijinja::Value>, bool), Problem> {
    let words = Some(words.trim()).filter(|words| !words.is_empty());
    let kept = state.store.beneficiaries_by_id(named).await.map_err(|error| refused(error, "beneficiary"))?;
    let mut found = search(state, words, Page { limit: OFFERED + 1, after: None }).await?;
    let more = found.len() > OFFERED as usize;
    found.truncate(OFFERED as usize);
    found.retain(|one| !kept.iter().any(|other| other.id == one.id));
    let offer =
        |named: bool| move |one: SealedBeneficiary| context! { id => one.id.to_string(), name => one.name, named };
    Ok((kept.into_iter().map(offer(true)).chain(found.into_iter().map(offer(false))).collect(), more))
}

async fn list_page(state: &Shared, actor: &PageActor, query: &Given, told: &str) -> Result<Html<String>, Problem> {
    let words = query.get("q").map(|words| words.trim()).filter(|words| !words.is_empty());
    let after = query.get("after").and_then(|text| text.parse().ok());
    let rows = search(state, words, Page { limit: LISTED, after }).await?;
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
