//! Documents: the list, one, and the forms that make, change and delete.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use fleet_kit::Problem;
use fleet_kit::given::{Form, Query};
use minijinja::context;
use minijinja::value::Serde;

use super::{Failure, told};
use crate::api::{must, named, opened, refused};
use crate::grant::{BeneficiaryId, Document, DocumentChange, DocumentId, NewDocument, STATUSES};
use crate::identity::PageActor;
use crate::state::Shared;
use crate::store::{Page, StoreError};

const LISTED: u32 = 50;
/// A document names no more.
const NAMED_MOST: usize = 100;

type Given = Vec<(String, String)>;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/documents", get(list).post(create))
        .route("/documents/new", get(new_form))
        .route("/documents/{id}", get(read).post(change))
        .route("/documents/{id}/edit", get(edit_form))
        .route("/documents/{id}/delete", post(delete))
        .route("/documents/{id}/pdf", get(pdf))
}

async fn list(
    State(state): State<Shared>,
    actor: PageActor,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Html<String>, Failure> {
    let words = query.get("q").map(String::as_str).filter(|words| !words.is_empty());
    let after = query.get("after").and_then(|text| text.parse().ok());
    let documents = state.store.documents(words, Page { limit: LISTED, after }).await;
    let documents = documents.map_err(|error| refused(error, "document"))?;
    let next = (documents.len() == LISTED as usize).then(|| documents.last().map(|last| last.id.to_string())).flatten();
    let details = context! { documents => Serde(documents), next, q => words };
    Ok(state.templates.render("documents.html", Some(&actor), &state.version, details)?)
}

async fn found(state: &Shared, id: &str) -> Result<Document, Problem> {
    let id: DocumentId = named(id, "document")?;
    let found = state.store.document(id).await.map_err(|error| refused(error, "document"))?;
    found.ok_or_else(|| Problem::not_found("document"))
}

async fn read(State(state): State<Shared>, actor: PageActor, Path(id): Path<String>) -> Result<Html<String>, Failure> {
    Ok(page_of(&state, &actor, &found(&state, &id).await?, "").await?)
}

async fn page_of(state: &Shared, actor: &PageActor, document: &Document, told: &str) -> Result<Html<String>, Problem> {
    let failed = |error: StoreError| refused(error, "document");
    let versions = state.store.versions(document.id).await.map_err(failed)?;
    let attachments = state.store.attachments(document.id).await.map_err(failed)?;
    let mut beneficiaries = Vec::new();
    for id in &document.beneficiary_ids {
        if let Some(row) = state.store.beneficiary(*id).await.map_err(failed)? {
            beneficiaries.push(opened(state, row)?);
        }
    }
    let details = context! {
        document => Serde(document), versions => Serde(versions), attachments => Serde(attachments),
        beneficiaries => Serde(beneficiaries), told,
    };
    state.templates.render("document.html", Some(actor), &state.version, details)
}

/// What the form shows again after a refusal.
struct Draft {
    id: Option<DocumentId>,
    version: i64,
    title: String,
    body: String,
    status: String,
    named: Vec<BeneficiaryId>,
    /// The words by which more beneficiaries are looked for.
    find: String,
}

async fn form_page(state: &Shared, actor: &PageActor, draft: Draft, told: &str) -> Result<Html<String>, Problem> {
    let (offered, more) = super::beneficiaries::offered(state, &draft.named, &draft.find).await?;
    let details = context! {
        id => draft.id.map(|id| id.to_string()), of_version => draft.version, title => draft.title, body => draft.body,
        status => draft.status, statuses => STATUSES, offered, more, find => draft.find, told,
    };
    state.templates.render("document_form.html", Some(actor), &state.version, details)
}

async fn new_form(State(state): State<Shared>, actor: PageActor) -> Result<Html<String>, Failure> {
    must(actor.user.role.writes_documents(), &actor.user, "write documents")?;
    let (title, body, status) = (String::new(), String::new(), "draft".to_owned());
    let draft = Draft { id: None, version: 0, title, body, status, named: Vec::new(), find: String::new() };
    Ok(form_page(&state, &actor, draft, "").await?)
}

async fn edit_form(
    State(state): State<Shared>,
    actor: PageActor,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    must(actor.user.role.writes_documents(), &actor.user, "change documents")?;
    let document = found(&state, &id).await?;
    let draft = Draft {
        id: Some(document.id),
        version: document.version,
        title: document.title,
        body: document.body,
        status: document.status,
        named: document.beneficiary_ids,
        find: String::new(),
    };
    Ok(form_page(&state, &actor, draft, "").await?)
}

fn draft_of(id: Option<DocumentId>, given: &Given) -> Draft {
    let text = |name: &str| {
        let found = given.iter().find(|(field, _)| field == name);
        found.map_or_else(String::new, |(_, value)| value.trim().replace("\r\n", "\n"))
    };
    let named =
        given.iter().filter(|(field, _)| field == "beneficiary").filter_map(|(_, id)| id.parse().ok()).collect();
    let version = text("version").parse().unwrap_or(0);
    let (title, body, status) = (text("title"), text("body"), text("status"));
    Draft { id, version, title, body, status, named, find: text("find") }
}

fn check(draft: &Draft) -> Result<&'static str, Problem> {
    let mut fields =
        fleet_kit::Fields::of(serde_json::json!({"title": draft.title, "body": draft.body, "status": draft.status}))?;
    fields.required_text("title", 1..=200);
    fields.optional_prose("body", 200_000);
    let status = fields.required_choice("status", &STATUSES);
    if draft.named.len() > NAMED_MOST {
        fields.fault("beneficiary", "length", format!("a document names at most {NAMED_MOST} beneficiaries"));
    }
    fields.finish()?;
    Ok(status.unwrap_or("draft"))
}

/// Whether the form was sent to look for more beneficiaries; nothing is saved then, and what was typed is shown again.
fn only_finds(given: &Given) -> bool {
    given.iter().any(|(field, value)| field == "act" && value == "find")
}

fn csrf(given: &Given) -> &str {
    given.iter().find(|(field, _)| field == "csrf").map_or("", |(_, value)| value)
}

async fn create(State(state): State<Shared>, actor: PageActor, Form(given): Form<Given>) -> Result<Response, Failure> {
    actor.check_form(csrf(&given))?;
    must(actor.user.role.writes_documents(), &actor.user, "write documents")?;
    let draft = draft_of(None, &given);
    if only_finds(&given) {
        return Ok(form_page(&state, &actor, draft, "").await?.into_response());
    }
    let made = match check(&draft) {
        Ok(status) => {
            let new = NewDocument {
                title: draft.title.clone(),
                body: draft.body.clone(),
                status,
                beneficiary_ids: draft.named.clone(),
            };
            state.store.create_document(actor.user.id, new).await.map_err(|error| refused(error, "document"))
        }
        Err(problem) => Err(problem),
    };
    match made {
        Ok(document) => Ok(Redirect::to(&format!("/documents/{}", document.id)).into_response()),
        Err(problem) => Ok((problem.status, form_page(&state, &actor, draft, &told(&problem)).await?).into_response()),
    }
}

async fn change(
    State(state): State<Shared>,
    actor: PageActor,
    Path(id): Path<String>,
    Form(given): Form<Given>,
) -> Result<Response, Failure> {
    actor.check_form(csrf(&given))?;
    must(actor.user.role.writes_documents(), &actor.user, "change documents")?;
    let id: DocumentId = named(&id, "document")?;
    let draft = draft_of(Some(id), &given);
    if only_finds(&given) {
        return Ok(form_page(&state, &actor, draft, "").await?.into_response());
    }
    let changed = match check(&draft) {
        Ok(status) => {
            let change = DocumentChange {
                title: Some(draft.title.clone()),
                body: Some(draft.body.clone()),
                status: Some(status),
                beneficiary_ids: Some(draft.named.clone()),
            };
            let changed = state.store.change_document(actor.user.id, id, change, Some(draft.version)).await;
            changed.map_err(|error| match error {
                StoreError::Stale { .. } => Problem::new(
                    StatusCode::CONFLICT,
                    "stale",
                    "somebody changed the document while you wrote; open it in another window, bring both together, and save \
                     from there",
                ),
                other => refused(other, "document"),
            })
        }
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(document) => Ok(Redirect::to(&format!("/documents/{}", document.id)).into_response()),
        Err(problem) => Ok((problem.status, form_page(&state, &actor, draft, &told(&problem)).await?).into_response()),
    }
}

async fn delete(
    State(state): State<Shared>,
    actor: PageActor,
    Path(id): Path<String>,
    Form(given): Form<Given>,
) -> Result<Response, Failure> {
    actor.check_form(csrf(&given))?;
    must(actor.user.role.writes_documents(), &actor.user, "delete documents")?;
    let document = found(&state, &id).await?;
    match state.store.delete_document(actor.user.id, document.id, None).await {
        Ok(()) => Ok(Redirect::to("/documents").into_response()),
        Err(error) => {
            let problem = refused(error, "document");
            let page = page_of(&state, &actor, &document, &told(&problem)).await?;
            Ok((problem.status, page).into_response())
        }
    }
}

async fn pdf(State(state): State<Shared>, _actor: PageActor, Path(id): Path<String>) -> Result<Response, Failure> {
    Ok(crate::api::document_pdf(&state, &id).await?)
}
