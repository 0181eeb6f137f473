//! Signing in and out on the pages: the token in a cookie that scripts cannot read.

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
use serde_json::json;

use super::Failure;
use crate::api::{SignInError, sign_in};
use crate::identity::{SESSION_COOKIE, page_viewer};
use crate::state::Shared;
use crate::story::Viewer;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/login", get(form).post(enter)).route("/logout", post(leave))
}

async fn form(State(state): State<Shared>, headers: HeaderMap) -> Result<Html<String>, Failure> {
    let viewer = page_viewer(&state, &headers).await?;
    Ok(state.templates.render("sign_in.html", &viewer, &state.version, context! { wrong => false })?)
}

async fn enter(
    State(state): State<Shared>,
    headers: HeaderMap,
    Form(given): Form<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    cookies::refuse_other_sites(&headers)?;
    let given = Credentials::of(Fields::of(json!(given))?)?;
    let email = given.email.clone();
    match sign_in(&state, &headers, given).await {
        Ok((_, token)) => {
            let cookie = cookies::set(SESSION_COOKIE, &token, state.tokens.lifetime().as_secs(), state.secure_cookies)?;
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/universes")).into_response())
        }
        Err(SignInError::Wrong) => {
            let details = context! { wrong => true, email };
            let page = state.templates.render("sign_in.html", &Viewer(None), &state.version, details)?;
            Ok((StatusCode::UNAUTHORIZED, page).into_response())
        }
        Err(SignInError::Failed(problem)) => Err(problem.into()),
    }
}

async fn leave(State(state): State<Shared>, headers: HeaderMap) -> Result<Response, Failure> {
    cookies::refuse_other_sites(&headers)?;
    Ok(([(header::SET_COOKIE, cookies::set(SESSION_COOKIE, "", 0, state.secure_cookies)?)], Redirect::to("/"))
        .into_response())
}
