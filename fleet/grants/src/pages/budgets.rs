//! Budgets: the list, and one with its figures live and the forms that commit and pay.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use fleet_kit::Problem;
use fleet_kit::given::{Form, Query};
use minijinja::context;
use minijinja::value::Serde;

use super::{Failure, told};
use crate::api::{must, named, refused};
use crate::grant::{BeneficiaryId, BudgetId, CENTS_MOST, NewCommitment, NewPayment};
use crate::identity::PageActor;
use crate::live;
use crate::state::Shared;
use crate::store::{Event, Page, StoreError};

const LISTED: u32 = 50;
const RECENT: u32 = 20;

type Given = BTreeMap<String, String>;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/budgets", get(list))
        .route("/budgets/{id}", get(read))
        .route("/budgets/{id}/commit", post(commit))
        .route("/budgets/{id}/pay", post(pay))
}

async fn list(State(state): State<Shared>, actor: PageActor) -> Result<Html<String>, Failure> {
    let budgets = state.store.budgets(Page { limit: LISTED, after: None }).await;
    let budgets = budgets.map_err(|error| refused(error, "budget"))?;
    let details = context! { budgets => Serde(budgets) };
    Ok(state.templates.render("budgets.html", Some(&actor), &state.version, details)?)
}

/// `?find=WORDS` offers those beneficiaries for a commitment whom the words find.
async fn read(
    State(state): State<Shared>,
    actor: PageActor,
    Path(id): Path<String>,
    Query(query): Query<Given>,
) -> Result<Html<String>, Failure> {
    let find = query.get("find").map_or("", |words| words.trim());
    let offer = Offer { find, chosen: None };
    Ok(page_of(&state, &actor, named(&id, "budget")?, offer, "").await?)
}

/// Whom the form for a commitment offers.
struct Offer<'a> {
    /// Whoever these words find; without any the newest.
    find: &'a str,
    /// Offered in any case: whom the refused form had chosen.
    chosen: Option<BeneficiaryId>,
}

async fn page_of(
    state: &Shared,
    actor: &PageActor,
    id: BudgetId,
    offer: Offer<'_>,
    told: &str,
) -> Result<Html<String>, Problem> {
    let failed = |error: StoreError| refused(error, "budget");
    let budget = state.store.budget(id).await.map_err(failed)?.ok_or_else(|| Problem::not_found("budget"))?;
    let page = Page { limit: RECENT, after: None };
    let commitments = state.store.commitments(id, page).await.map_err(failed)?;
    let payments = state.store.payments(id, false, None, RECENT).await.map_err(failed)?;
    let Offer { find, chosen } = offer;
    let (beneficiaries, more) = super::beneficiaries::offered(state, chosen.as_slice(), find).await?;
    let trail = state.store.audit(Some(id.uuid()), None, 10).await.map_err(failed)?;
    let today = jiff::Timestamp::now().to_string();
    let details = context! {
        budget => Serde(budget), commitments => Serde(commitments), payments => Serde(payments), beneficiaries, more, find,
        trail => Serde(trail), today => today[..10].to_owned(), told,
    };
    state.templates.render("budget.html", Some(actor), &state.version, details)
}

/// `1,234.50` or `1234.5` as cents; nothing else.
fn cents(text: &str) -> Result<i64, Problem> {
    let wrong = || Problem::malformed("the amount must be euros like 1234.50");
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | ' ' | '\u{a0}' | '€')).collect();
    let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || rest.len() > 2 || !digits(whole) || !digits(rest) {
        return Err(wrong());
    }
    let cents: i64 = format!("{whole}{rest:0<2}").parse().map_err(|_| wrong())?;
    (1..=CENTS_MOST).contains(&cents).then_some(cents).ok_or_else(wrong)
}

fn text(given: &Given, name: &str, most: usize) -> Result<String, Problem> {
    let text = given.get(name).map_or("", |text| text.trim());
    let fits = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or_else(|| Problem::malformed(format!("the {name} must have 1 to {most} characters")))
}

async fn commit(
    State(state): State<Shared>,
    actor: PageActor,
    Path(id): Path<String>,
    Form(given): Form<Given>,
) -> Result<Response, Failure> {
    let id = admitted(&actor, &id, &given)?;
    let made = async {
        let new = NewCommitment {
            line_id: named(&text(&given, "line", 64)?, "line")?,
            beneficiary_id: named(&text(&given, "beneficiary", 64)?, "beneficiary")?,
            document_id: None,
            purpose: text(&given, "purpose", 200)?,
            amount_cents: cents(&text(&given, "amount", 40)?)?,
        };
        let made = state.store.commit(actor.user.id, id, new).await;
        made.map(|(_, event)| event).map_err(|error| refused(error, "line"))
    };
    let made = made.await;
    let chosen = given.get("beneficiary").and_then(|id| id.parse().ok());
    answered(&state, &actor, id, chosen, made).await
}

async fn pay(
    State(state): State<Shared>,
    actor: PageActor,
    Path(id): Path<String>,
    Form(given): Form<Given>,
) -> Result<Response, Failure> {
    let id = admitted(&actor, &id, &given)?;
    let made = async {
        let day = text(&given, "day", 10)?;
        let new = NewPayment {
            commitment_id: named(&text(&given, "commitment", 64)?, "commitment")?,
            amount_cents: cents(&text(&given, "amount", 40)?)?,
            reference: text(&given, "reference", 64)?,
            paid_on: day.parse().map_err(|_| Problem::malformed("the day must be one, like 2026-01-31"))?,
        };
        let made = state.store.pay(actor.user.id, id, new).await;
        made.map(|(_, event)| event).map_err(|error| refused(error, "commitment"))
    };
    let made = made.await;
    answered(&state, &actor, id, None, made).await
}

fn admitted(actor: &PageActor, id: &str, given: &Given) -> Result<BudgetId, Problem> {
    actor.check_form(given.get("csrf").map_or("", String::as_str))?;
    must(actor.user.role.writes_budgets(), &actor.user, "change budgets")?;
    named(id, "budget")
}

async fn answered(
    state: &Shared,
    actor: &PageActor,
    id: BudgetId,
    chosen: Option<BeneficiaryId>,
    made: Result<Event, Problem>,
) -> Result<Response, Failure> {
    match made {
        Ok(event) => {
            live::publish(state, &event).await;
            Ok(Redirect::to(&format!("/budgets/{id}")).into_response())
        }
        Err(problem) => {
            let page = page_of(state, actor, id, Offer { find: "", chosen }, &told(&problem)).await?;
            Ok((problem.status, page).into_response())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, expected) in [("12", 1200), ("1,234.5", 123_450), ("0.01", 1), ("1 000.00 €", 100_000)] {
            assert_eq!(cents(text).unwrap(), expected, "{text}");
        }
        for wrong in ["", "0", "-1", "1.234", "1e3", ".5", "99999999999999", "१२"] {
            assert!(cents(wrong).is_err(), "{wrong}");
        }
    }
}
