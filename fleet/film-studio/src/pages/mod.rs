//! The web pages: server-rendered, without scripts.

mod breakdown;
mod budget;
mod films;
mod home;
mod schedule;
mod script;
mod sign_in;
mod storyboard;
mod templates;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use fleet_kit::{Problem, cookies};
use minijinja::{Value, context};

use crate::api::refused;
use crate::film::{Project, User};
use crate::identity::visitor;
use crate::state::Shared;

pub use templates::Templates;

const STYLE: &str = include_str!("../../assets/style.css");
const ICON: &str = include_str!("../../assets/icon.svg");

/// Every page, and the style and icon they share.
pub fn routes() -> Router<Shared> {
    Router::new()
        .merge(home::routes())
        .merge(films::routes())
        .merge(script::routes())
        .merge(breakdown::routes())
        .merge(storyboard::routes())
        .merge(schedule::routes())
        .merge(budget::routes())
        .merge(sign_in::routes())
        .route("/assets/style.css", get(|| asset("text/css; charset=utf-8", STYLE)))
        .route("/assets/icon.svg", get(|| asset("image/svg+xml", ICON)))
}

async fn asset(kind: &'static str, bytes: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=300")], bytes).into_response()
}

/// Why there is no page: somewhere else to go first, or a failure.
pub(crate) enum Failure {
    /// Sign in first.
    SignIn,
    Told(Problem),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        Failure::Told(problem)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = match self {
            Failure::SignIn => return Redirect::to("/login").into_response(),
            Failure::Told(problem) => problem,
        };
        let heading = match problem.status {
            StatusCode::NOT_FOUND => "There is nothing here",
            status if status.is_client_error() => "That did not work",
            _ => "Something failed on our side",
        };
        let id = fleet_kit::request::current_id().unwrap_or_default();
        let page = format!(
            include_str!("../../templates/failure.html"),
            heading = heading,
            detail = minijinja::HtmlEscape(&problem.told()),
            request = minijinja::HtmlEscape(&id),
        );
        (problem.status, Html(page)).into_response()
    }
}

/// The page where no route has the path.
pub fn missing() -> Response {
    Failure::Told(Problem::not_found("page; it may have been moved or deleted")).into_response()
}

/// Somebody who is signed in; others are sent to the sign-in page.
async fn member(state: &Shared, headers: &HeaderMap) -> Result<User, Failure> {
    visitor(state, headers).await?.ok_or(Failure::SignIn)
}

/// Somebody on a film's team, and the film.
async fn on_team(state: &Shared, headers: &HeaderMap, id: &str) -> Result<(User, Project), Failure> {
    let user = member(state, headers).await?;
    let missing = || Problem::not_found("film");
    let id = id.parse().map_err(|_| missing())?;
    let film = state.store.project(user.id, id).await.map_err(|error| refused(error, "film"))?;
    Ok((user, film.ok_or_else(missing)?))
}

/// Somebody who may change a film, by a form of our own pages.
async fn to_change(state: &Shared, headers: &HeaderMap, id: &str) -> Result<(User, Project), Failure> {
    cookies::refuse_other_sites(headers)?;
    let (user, film) = on_team(state, headers, id).await?;
    if film.seat.may_change() {
        return Ok((user, film));
    }
    Err(Problem::forbidden("you may look at this film, not change it; ask one of its owners").into())
}

/// A value as templates take it.
fn shown(value: &impl serde::Serialize) -> Value {
    Value::from(minijinja::value::Serde(value))
}

/// A page of a film: its tabs know where they are.
fn film_page(
    state: &Shared,
    (user, film): (&User, &Project),
    (name, tab): (&str, &str),
    details: Value,
) -> Result<Html<String>, Failure> {
    let may_change = film.seat.may_change();
    let film = shown(&film);
    Ok(state.templates.render(name, Some(user), &state.version, context! { film, tab, may_change, ..details })?)
}
