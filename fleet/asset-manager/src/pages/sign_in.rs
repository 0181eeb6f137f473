//! Signing in and out on the pages: the token in a cookie that scripts cannot read.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use fleet_kit::Problem;
use minijinja::context;
use serde::Deserialize;

use super::Failure;
use crate::api::{SignInError, sign_in};
use crate::identity::{SESSION_COOKIE, page_viewer};
use crate::state::Shared;
use crate::story::Viewer;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/login", get(form).post(enter)).route("/logout", post(leave))
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

async fn form(State(state): State<Shared>, headers: HeaderMap) -> Result<Html<String>, Failure> {
    let viewer = page_viewer(&state, &headers).await?;
    Ok(state.templates.render("sign_in.html", &viewer, &state.version, context! { wrong => false })?)
}

async fn enter(
    State(state): State<Shared>,
    headers: HeaderMap,
    Form(given): Form<Credentials>,
) -> Result<Response, Failure> {
    refuse_other_sites(&headers)?;
    match sign_in(&state, &given.email, given.password).await {
        Ok((_, token)) => {
            let cookie = cookie(&state, &token, state.tokens.lifetime().as_secs())?;
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/universes")).into_response())
        }
        Err(SignInError::Wrong) => {
            let details = context! { wrong => true, email => given.email };
            let page = state.templates.render("sign_in.html", &Viewer(None), &state.version, details)?;
            Ok((StatusCode::UNAUTHORIZED, page).into_response())
        }
        Err(SignInError::Failed(problem)) => Err(problem.into()),
    }
}

async fn leave(State(state): State<Shared>, headers: HeaderMap) -> Result<Response, Failure> {
    refuse_other_sites(&headers)?;
    Ok(([(header::SET_COOKIE, cookie(&state, "", 0)?)], Redirect::to("/")).into_response())
}

fn cookie(state: &Shared, token: &str, seconds: u64) -> Result<HeaderValue, Problem> {
    let secure = if state.secure_cookies { "; Secure" } else { "" };
    let text = format!("{SESSION_COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).map_err(|error| Problem::internal("setting the session cookie", &error))
}

/// A form posted from another site's page is not the visitor's own wish. Browsers send `Origin` with every post.
fn refuse_other_sites(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) if origin.split_once("://").is_some_and(|(_, rest)| rest == host) => Ok(()),
        (None, _) => Ok(()),
        _ => Err(Problem::forbidden("this form was sent from another site's page")),
    }
}
