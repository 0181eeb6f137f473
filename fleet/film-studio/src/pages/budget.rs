//! The top sheet and the lines behind it; adding and removing lines.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use fleet_kit::given::Form;
use fleet_kit::{Fields, Problem};
use minijinja::context;
use serde::Deserialize;
use serde_json::json;

use super::{Failure, film_page, on_team, shown, to_change};
use crate::api::{add_line, refused};
use crate::film::top_sheet;
use crate::state::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/films/{id}/budget", get(show).post(add))
        .route("/films/{id}/budget/{line}/remove", post(remove))
}

async fn show(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    let (user, film) = on_team(&state, &headers, &id).await?;
    let lines = state.store.budget(film.id).await.map_err(|error| refused(error, "film"))?;
    let details = context! { sheet => shown(&top_sheet(&lines)), lines => shown(&lines) };
    film_page(&state, (&user, &film), ("budget.html", "budget"), details)
}

#[derive(Deserialize)]
struct Addition {
    account: String,
    description: String,
    /// In the film's currency: `1250` or `1250.50`.
    amount: String,
}

async fn add(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(Addition { account, description, amount }): Form<Addition>,
) -> Result<Response, Failure> {
    let (_, film) = to_change(&state, &headers, &id).await?;
    let cents = cents(&amount).ok_or_else(|| Problem::malformed("the amount must be a sum such as 1250 or 1250.50"))?;
    let fields = json!({"account": account, "description": description, "amount_cents": cents});
    add_line(&state, film.id, Fields::of(fields)?).await?;
    Ok(Redirect::to(&format!("/films/{}/budget", film.id)).into_response())
}

async fn remove(
    State(state): State<Shared>,
    headers: HeaderMap,
    Path((id, line)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (_, film) = to_change(&state, &headers, &id).await?;
    let missing = || Problem::not_found("line of the budget");
    let line = line.parse().map_err(|_| missing())?;
    let removed = state.store.remove_budget_line(film.id, line).await;
    removed.map_err(|error| refused(error, "line of the budget"))?;
    Ok(Redirect::to(&format!("/films/{}/budget", film.id)).into_response())
}

/// Hundredths, from digits with at most two behind a point or a comma.
fn cents(amount: &str) -> Option<i64> {
    // Thousands may stand apart, as the page shows them.
    let amount: String = amount.replace(',', ".").split_whitespace().collect();
    let (whole, part) = amount.split_once('.').unwrap_or((&amount, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    format!("{whole}{part:0<2}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::cents;

    #[test]
    fn sums_are_read_in_hundredths() {
        for (amount, expected) in
            [("1250", 125_000), ("1250.5", 125_050), (" 0,07 ", 7), ("3.", 300), ("1\u{a0}250", 125_000)]
        {
            assert_eq!(cents(amount), Some(expected), "{amount}");
        }
        for nonsense in ["", ".", "-5", "1e3", "1.234", "99999999999999999999"] {
            assert_eq!(cents(nonsense), None, "{nonsense}");
        }
    }
}
