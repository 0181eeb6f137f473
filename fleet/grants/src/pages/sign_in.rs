//! Signing in and out on the pages: the session in a cookie that scripts cannot read.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use fleet_kit::given::Form;
use fleet_kit::sign_ins::Credentials;
use fleet_kit::{Fields, cookies};
use minijinja::context;
use serde::Deserialize;
use serde_json::json;

use super::Failure;
use crate::identity::{PageActor, SESSION_COOKIE, SignInError, sign_in, sign_out};
use crate::state::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/login", get(form).post(enter)).route("/logout", post(leave))
}

#[derive(Deserialize)]
struct Leaving {
    csrf: String,
}

async fn form(State(state): State<Shared>) -> Result<Html<String>, Failure> {
    Ok(state.templates.render("sign_in.html", None, &state.version, context! { told => "" })?)
}

async fn enter(
    State(state): State<Shared>,
    headers: HeaderMap,
    Form(given): Form<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    cookies::refuse_other_sites(&headers)?;
    let email = given.get("email").cloned().unwrap_or_default();
    let done = match Fields::of(json!(given)).and_then(Credentials::of) {
        Ok(given) => sign_in(&state, &headers, given).await,
        Err(problem) => Err(SignInError::Failed(problem)),
    };
    let (status, told) = match done {
        Ok(done) => {
            let seconds = state.sessions.lifetime().as_secs();
            let cookie = cookies::set(SESSION_COOKIE, &done.token, seconds, state.secure_cookies)?;
            return Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response());
        }
        Err(SignInError::Wrong) => (StatusCode::UNAUTHORIZED, "E-mail address or password is wrong.".to_owned()),
        Err(SignInError::Failed(problem)) => (problem.status, super::told(&problem)),
    };
    let details = context! { told, email };
    Ok((status, state.templates.render("sign_in.html", None, &state.version, details)?).into_response())
}

async fn leave(
    State(state): State<Shared>,
    actor: PageActor,
    headers: HeaderMap,
    Form(given): Form<Leaving>,
) -> Result<Response, Failure> {
    actor.check_form(&given.csrf)?;
    if let Some(token) = cookies::read(&headers, SESSION_COOKIE) {
        sign_out(&state, token).await?;
    }
    let cookie = cookies::set(SESSION_COOKIE, "", 0, state.secure_cookies)?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/login")).into_response())
}
