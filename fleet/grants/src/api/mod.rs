//! The JSON API.

mod accounts;
mod attachments;
mod audit;
mod beneficiaries;
mod budgets;
mod description;
mod documents;
mod payments;
mod schemas;
mod watching;

use std::str::FromStr;

use axum::Router;
use fleet_kit::problem::FieldFault;
use fleet_kit::{Fields, Problem};
use serde_json::Value;

use crate::grant::{BeneficiaryId, CENTS_MOST, User};
use crate::state::Shared;
use crate::store::StoreError;

pub use attachments::{ATTACH_ROUTE, ATTACHMENT_ROUTE};
pub use beneficiaries::{make_beneficiary, new_beneficiary, opened};
pub use documents::document_pdf;

/// Every route below `/api`.
pub fn routes() -> Router<Shared> {
    Router::new()
        .merge(accounts::routes())
        .merge(documents::routes())
        .merge(attachments::routes())
        .merge(beneficiaries::routes())
        .merge(budgets::routes())
        .merge(payments::routes())
        .merge(watching::routes())
        .merge(audit::routes())
        .merge(description::routes())
}

/// What the client is told when the store did not do it; `what` is a noun ("document").
pub fn refused(error: StoreError, what: &str) -> Problem {
    match error {
        StoreError::Missing => Problem::not_found(what),
        StoreError::Stale { current } => Problem::stale(current),
        StoreError::Conflict(words) => Problem::conflict(words),
        StoreError::Referred(references) => {
            let noun = |one: &crate::store::Reference| FieldFault {
                field: format!("{}s", one.kind),
                code: "referred",
                detail: format!("the {} “{}” ({}) names it", one.kind, one.name, one.id),
            };
            let errors: Vec<FieldFault> = references.iter().map(noun).collect();
            let mut problem = Problem::conflict(format!(
                "this {what} stays as long as others name it; `errors` lists them: take it out of those first"
            ));
            problem.errors = errors;
            problem
        }
        StoreError::Busy => Problem::unavailable("too many requests wait for the database; try again in a moment"),
        StoreError::Unreachable { doing, cause } => {
            tracing::error!(doing, error = cause, "the database does not answer");
            Problem::unavailable("the database does not answer; try again in a moment")
        }
        StoreError::Failed { doing, cause } => Problem::internal(doing, &cause),
    }
}

/// An id in a path; a text that is none names nothing.
pub fn named<Id: FromStr>(text: &str, what: &str) -> Result<Id, Problem> {
    text.parse().map_err(|_| Problem::not_found(what))
}

/// Refuses whoever may only read.
pub fn must(may: bool, user: &User, what: &str) -> Result<(), Problem> {
    if may {
        return Ok(());
    }
    Err(Problem::forbidden(format!("your role is `{}`; it takes another to {what}", user.role.as_str())))
}

/// Ids in a body's list, if given; each must be one.
fn optional_ids(fields: &mut Fields, field: &str) -> Option<Vec<BeneficiaryId>> {
    let given = fields.take(field)?;
    let ids = given.as_array().filter(|list| list.len() <= 100).and_then(|list| {
        list.iter().map(|one| one.as_str().and_then(|text| text.parse().ok())).collect::<Option<Vec<_>>>()
    });
    if ids.is_none() {
        fields.fault(field, "type", format!("`{field}` must be a list of at most 100 ids"));
    }
    ids
}

/// One id; missing or no id is a fault and gives `None`.
fn required_id<Id: FromStr>(fields: &mut Fields, field: &str) -> Option<Id> {
    let id = optional_id(fields, field);
    if id.is_none() && fields.is_sound() {
        fields.fault(field, "missing", format!("`{field}` is missing: give an id"));
    }
    id
}

/// One id, if given and not null.
fn optional_id<Id: FromStr>(fields: &mut Fields, field: &str) -> Option<Id> {
    let given = fields.take(field).filter(|given| !given.is_null())?;
    let id = given.as_str().and_then(|text| text.parse().ok());
    if id.is_none() {
        fields.fault(field, "type", format!("`{field}` must be an id"));
    }
    id
}

/// An amount in whole cents.
fn required_cents(fields: &mut Fields, field: &str, least: i64) -> i64 {
    let given = fields.take(field);
    let cents = given.as_ref().and_then(Value::as_i64).filter(|cents| (least..=CENTS_MOST).contains(cents));
    cents.unwrap_or_else(|| {
        let code = if given.is_none() { "missing" } else { "range" };
        fields.fault(field, code, format!("`{field}` must be a whole number of cents from {least} to {CENTS_MOST}"));
        least
    })
}
