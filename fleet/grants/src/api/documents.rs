//! Documents: list, make, read, change, delete; their versions; the document as PDF.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use fleet_kit::given::Query;
use fleet_kit::paging::{Parameters, one_more, page, part};
use fleet_kit::pdf::{Pdf, Table};
use fleet_kit::versions::{Expected, made, shown};
use fleet_kit::{Fields, Problem};
use serde_json::json;

use super::{must, named, optional_ids, refused};
use crate::grant::{Document, DocumentChange, DocumentId, NewDocument, STATUSES};
use crate::identity::Actor;
use crate::state::Shared;

const TITLE: std::ops::RangeInclusive<usize> = 1..=200;
const BODY_MOST: usize = 200_000;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/documents", get(list).post(create))
        .route("/api/documents/{id}", get(read).patch(change).delete(delete))
        .route("/api/documents/{id}/versions", get(versions))
        .route("/api/documents/{id}/versions/{number}", get(version))
        .route("/api/documents/{id}/pdf", get(pdf))
}

async fn list(
    State(state): State<Shared>,
    Actor(_): Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let page = page(&parameters, &["q"])?;
    let words = parameters.get("q").map(String::as_str);
    let items = state.store.documents(words, one_more(page)).await.map_err(|error| refused(error, "document"))?;
    Ok(Json(part(items, page.limit, |document| document.id.to_string())).into_response())
}

async fn create(State(state): State<Shared>, Actor(user): Actor, mut fields: Fields) -> Result<Response, Problem> {
    must(user.role.writes_documents(), &user, "write documents")?;
    let new = NewDocument {
        title: fields.required_text("title", TITLE),
        body: fields.optional_prose("body", BODY_MOST).unwrap_or_default(),
        status: fields.optional_choice("status", &STATUSES).unwrap_or("draft"),
        beneficiary_ids: optional_ids(&mut fields, "beneficiary_ids").unwrap_or_default(),
    };
    fields.finish()?;
    let document = state.store.create_document(user.id, new).await.map_err(|error| refused(error, "document"))?;
    metrics::counter!("documents_made_total").increment(1);
    let location = format!("/api/documents/{}", document.id);
    Ok(made(&document, document.version, location))
}

async fn read(State(state): State<Shared>, Actor(_): Actor, Path(id): Path<String>) -> Result<Response, Problem> {
    let document = found(&state, &id).await?;
    Ok(shown(&document, document.version))
}

async fn change(
    State(state): State<Shared>,
    Actor(user): Actor,
    Path(id): Path<String>,
    Expected(expected): Expected,
    mut fields: Fields,
) -> Result<Response, Problem> {
    must(user.role.writes_documents(), &user, "change documents")?;
    let id: DocumentId = named(&id, "document")?;
    let change = DocumentChange {
        title: fields.optional_text("title", TITLE),
        body: fields.optional_prose("body", BODY_MOST),
        status: fields.optional_choice("status", &STATUSES),
        beneficiary_ids: optional_ids(&mut fields, "beneficiary_ids"),
    };
    fields.finish()?;
    let changed = state.store.change_document(user.id, id, change, expected).await;
    let changed = changed.map_err(|error| refused(error, "document"))?;
    Ok(shown(&changed, changed.version))
}

async fn delete(
    State(state): State<Shared>,
    Actor(user): Actor,
    Path(id): Path<String>,
    Expected(expected): Expected,
) -> Result<StatusCode, Problem> {
    must(user.role.writes_documents(), &user, "delete documents")?;
    let id: DocumentId = named(&id, "document")?;
    state.store.delete_document(user.id, id, expected).await.map_err(|error| refused(error, "document"))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn versions(State(state): State<Shared>, Actor(_): Actor, Path(id): Path<String>) -> Result<Response, Problem> {
    let document = found(&state, &id).await?;
    let items = state.store.versions(document.id).await.map_err(|error| refused(error, "document"))?;
    Ok(Json(json!({"items": items})).into_response())
}

async fn version(
    State(state): State<Shared>,
    Actor(_): Actor,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let document = found(&state, &id).await?;
    let number: i64 = named(&number, "version")?;
    let version = state.store.version(document.id, number).await.map_err(|error| refused(error, "version"))?;
    version.map(|version| Json(version).into_response()).ok_or_else(|| Problem::not_found("version"))
}

async fn pdf(State(state): State<Shared>, Actor(_): Actor, Path(id): Path<String>) -> Result<Response, Problem> {
    document_pdf(&state, &id).await
}

/// The document as a PDF file to be saved, for the API and for pages.
pub async fn document_pdf(state: &Shared, id: &str) -> Result<Response, Problem> {
    let document = found(state, id).await?;
    let failed = |error| refused(error, "document");
    let mut names = Vec::new();
    for id in document.beneficiary_ids.iter().take(100) {
        names.extend(state.store.beneficiary(*id).await.map_err(failed)?.map(|one| one.name));
    }
    let attachments = state.store.attachments(document.id).await.map_err(failed)?;
    let mut pdf = Pdf::new(&document.title, "el", &format!("Grants · {} · version {}", document.id, document.version));
    pdf.facts(vec![
        ("Status".to_owned(), document.status.clone()),
        ("Beneficiaries".to_owned(), if names.is_empty() { "–".to_owned() } else { names.join(", ") }),
        ("Last change".to_owned(), format!("{} by {}", &document.updated_at[..10], document.updated_by_name)),
    ]);
    pdf.paragraph(&document.body);
    if !attachments.is_empty() {
        pdf.heading("Attachments");
        let row = |one: &crate::grant::Attachment| {
            vec![one.file_name.clone(), one.size_bytes.to_string(), one.sha256[..16].to_owned()]
        };
        pdf.table(Table {
            widths: vec![5.0, 2.0, 3.0],
            right: vec![false, true, false],
            head: ["File", "Bytes", "SHA-256 begins"].map(str::to_owned).to_vec(),
            rows: attachments.iter().map(row).collect(),
        });
    }
    let rendering = tokio::task::spawn_blocking(move || pdf.render()).await;
    let bytes = rendering
        .map_err(|error| Problem::internal("making a PDF", &error))?
        .map_err(|error| Problem::internal("making a PDF", &error))?;
    let disposition = format!("attachment; filename=\"document-{}.pdf\"", document.id);
    Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
        .into_response())
}

async fn found(state: &Shared, id: &str) -> Result<Document, Problem> {
    let id: DocumentId = named(id, "document")?;
    let document = state.store.document(id).await.map_err(|error| refused(error, "document"))?;
    document.ok_or_else(|| Problem::not_found("document"))
}
