//! Beneficiaries: list, make, read, change, delete, and the tax number in full, on the record.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use fleet_kit::given::Query;
use fleet_kit::paging::{Parameters, one_more, page, part};
use fleet_kit::problem::FieldFault;
use fleet_kit::sign_ins::is_address;
use fleet_kit::versions::{Expected, made, shown};
use fleet_kit::{Fields, Problem};
use serde_json::json;

use super::{must, named, refused};
use crate::afm::{Afm, SealError};
use crate::generation::Generation;
use crate::grant::{Beneficiary, BeneficiaryChange, BeneficiaryId, Contact, NewBeneficiary, User};
use crate::identity::Actor;
use crate::state::Shared;
use crate::store::SealedBeneficiary;

const NAME: std::ops::RangeInclusive<usize> = 1..=200;
const CONTACT: std::ops::RangeInclusive<usize> = 0..=200;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/beneficiaries", get(list).post(create))
        .route("/api/beneficiaries/{id}", get(read).patch(change).delete(delete))
        .route("/api/beneficiaries/{id}/afm", get(reveal))
}

async fn list(
    State(state): State<Shared>,
    Actor(_): Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let page = page(&parameters, &["q", "afm"])?;
    let words = parameters.get("q").map(String::as_str);
    let indexes = match parameters.get("afm").map(|text| Afm::read(text)) {
        None => None,
        Some(Ok(afm)) => Some(state.keys.indexes(&afm)),
        Some(Err(error)) => {
            let fault = FieldFault { field: "afm".to_owned(), code: "text", detail: error.to_string() };
            return Err(Problem::invalid(vec![fault]));
        }
    };
    let items = state.store.beneficiaries(words, indexes.as_deref(), one_more(page)).await;
    let items = items.map_err(|error| refused(error, "beneficiary"))?;
    let items = items.into_iter().map(|one| opened(&state, one)).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(part(items, page.limit, |one| one.id.to_string())).into_response())
}

async fn create(State(state): State<Shared>, Actor(user): Actor, mut fields: Fields) -> Result<Response, Problem> {
    must(user.role.writes_documents(), &user, "make beneficiaries")?;
    let new = new_beneficiary(state.generation, &mut fields);
    fields.finish()?;
    let beneficiary = make_beneficiary(&state, &user, new).await?;
    let location = format!("/api/beneficiaries/{}", beneficiary.id);
    Ok(made(&beneficiary, beneficiary.version, location))
}

/// Reads one from a body or a form; `None` only with a fault noted.
pub fn new_beneficiary(generation: Generation, fields: &mut Fields) -> Option<NewBeneficiary> {
    let name = fields.required_text("name", NAME);
    let given = fields.required_text("afm", 1..=20);
    let afm = checked_afm(fields, &given);
    let contact = match generation {
        Generation::First => {
            Contact::Together { contact: fields.optional_text("contact", CONTACT).unwrap_or_default() }
        }
        Generation::Second => Contact::Apart {
            email: checked_email(fields).unwrap_or_default(),
            phone: fields.optional_text("phone", CONTACT).unwrap_or_default(),
        },
    };
    Some(NewBeneficiary { name, afm: afm?, contact })
}

fn checked_afm(fields: &mut Fields, given: &str) -> Option<Afm> {
    match Afm::read(given) {
        Ok(afm) => Some(afm),
        Err(_) if !fields.is_sound() && given.is_empty() => None,
        Err(error) => {
            fields.fault("afm", "text", error.to_string());
            None
        }
    }
}

fn checked_email(fields: &mut Fields) -> Option<String> {
    let email = fields.optional_text("email", CONTACT)?;
    if !email.is_empty() && !is_address(&email) {
        fields.fault("email", "text", "`email` is no e-mail address");
    }
    Some(email)
}

/// Seals and keeps one, for the API and for pages.
pub async fn make_beneficiary(
    state: &Shared,
    user: &User,
    new: Option<NewBeneficiary>,
) -> Result<Beneficiary, Problem> {
    let new = new.ok_or_else(|| Problem::malformed("the beneficiary cannot be read"))?;
    let id = BeneficiaryId::fresh();
    let sealed = state.keys.seal(&new.afm, id.uuid()).map_err(not_sealed)?;
    let indexes = state.keys.indexes(&new.afm);
    let kept = state.store.create_beneficiary(user.id, id, &new.name, &new.contact, &sealed, &indexes).await;
    let kept = kept.map_err(|error| refused(error, "beneficiary"))?;
    metrics::counter!("beneficiaries_made_total").increment(1);
    opened(state, kept)
}

async fn read(State(state): State<Shared>, Actor(_): Actor, Path(id): Path<String>) -> Result<Response, Problem> {
    let beneficiary = shown_beneficiary(&state, &id).await?;
    Ok(shown(&beneficiary, beneficiary.version))
}

async fn reveal(State(state): State<Shared>, Actor(user): Actor, Path(id): Path<String>) -> Result<Response, Problem> {
    must(user.role.writes_documents(), &user, "see whole tax numbers")?;
    let row = found(&state, &id).await?;
    let afm = state.keys.open(&row.afm_sealed, &row.afm_key, row.id.uuid()).map_err(not_opened)?;
    // On the record first: what cannot be noted is not shown.
    state.store.note_reveal(user.id, row.id).await.map_err(|error| refused(error, "beneficiary"))?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(json!({"id": row.id, "afm": afm.expose()}))).into_response())
}

async fn change(
    State(state): State<Shared>,
    Actor(user): Actor,
    Path(id): Path<String>,
    Expected(expected): Expected,
    mut fields: Fields,
) -> Result<Response, Problem> {
    must(user.role.writes_documents(), &user, "change beneficiaries")?;
    let id: BeneficiaryId = named(&id, "beneficiary")?;
    let mut change = BeneficiaryChange { name: fields.optional_text("name", NAME), ..BeneficiaryChange::default() };
    if let Some(given) = fields.optional_text("afm", 1..=20) {
        change.afm = checked_afm(&mut fields, &given);
    }
    match state.generation {
        Generation::First => change.contact = fields.optional_text("contact", CONTACT),
        Generation::Second => {
            change.email = checked_email(&mut fields);
            change.phone = fields.optional_text("phone", CONTACT);
        }
    }
    fields.finish()?;
    let sealed = match &change.afm {
        Some(afm) => Some((state.keys.seal(afm, id.uuid()).map_err(not_sealed)?, state.keys.indexes(afm))),
        None => None,
    };
    let changed = state.store.change_beneficiary(user.id, id, &change, sealed, expected).await;
    let changed = opened(&state, changed.map_err(|error| refused(error, "beneficiary"))?)?;
    Ok(shown(&changed, changed.version))
}

async fn delete(
    State(state): State<Shared>,
    Actor(user): Actor,
    Path(id): Path<String>,
    Expected(expected): Expected,
) -> Result<StatusCode, Problem> {
    must(user.role.writes_documents(), &user, "delete beneficiaries")?;
    let id: BeneficiaryId = named(&id, "beneficiary")?;
    state.store.delete_beneficiary(user.id, id, expected).await.map_err(|error| refused(error, "beneficiary"))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn found(state: &Shared, id: &str) -> Result<SealedBeneficiary, Problem> {
    let id: BeneficiaryId = named(id, "beneficiary")?;
    let found = state.store.beneficiary(id).await.map_err(|error| refused(error, "beneficiary"))?;
    found.ok_or_else(|| Problem::not_found("beneficiary"))
}

/// One, with the number masked.
async fn shown_beneficiary(state: &Shared, id: &str) -> Result<Beneficiary, Problem> {
    opened(state, found(state, id).await?)
}

/// A row with its number masked. One under a key that is not configured here is still shown, without it.
pub fn opened(state: &Shared, row: SealedBeneficiary) -> Result<Beneficiary, Problem> {
    let afm = match state.keys.open(&row.afm_sealed, &row.afm_key, row.id.uuid()) {
        Ok(afm) => afm.masked(),
        Err(SealError::UnknownKey) => "•••••••••".to_owned(),
        Err(error) => return Err(not_opened(error)),
    };
    Ok(Beneficiary {
        id: row.id,
        name: row.name,
        afm,
        contact: row.contact,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn not_sealed(error: SealError) -> Problem {
    Problem::internal("sealing a tax number", &error)
}

fn not_opened(error: SealError) -> Problem {
    match error {
        SealError::UnknownKey => {
            Problem::unavailable("the key of this tax number is not configured; the log says more")
        }
        _ => Problem::internal("opening a tax number", &error),
    }
}
