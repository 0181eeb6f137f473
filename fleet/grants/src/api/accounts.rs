//! Signing in and out, who one is, and the people who may.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use fleet_kit::sign_ins::{Credentials, required_address};
use fleet_kit::{Fields, Problem, cookies};
use serde_json::json;

use super::{must, refused};
use crate::grant::{NewUser, ROLES, Role, User};
use crate::identity::{Actor, SESSION_COOKIE, SignInError, sign_in, sign_out};
use crate::state::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/auth/login", post(login))
        .route("/api/auth/logout", post(logout))
        .route("/api/auth/me", get(me))
        .route("/api/users", get(list).post(create))
}

async fn login(State(state): State<Shared>, headers: HeaderMap, fields: Fields) -> Result<Response, Problem> {
    let done = sign_in(&state, &headers, Credentials::of(fields)?).await.map_err(|error| match error {
        SignInError::Wrong => Problem::unauthenticated("e-mail address or password is wrong"),
        SignInError::Failed(problem) => problem,
    })?;
    let seconds = state.sessions.lifetime().as_secs();
    let body = json!({
        "access_token": done.token,
        "token_type": "Bearer",
        "expires_in": seconds,
        "csrf_token": done.csrf,
        "user": done.user,
    });
    let cookie = cookies::set(SESSION_COOKIE, &done.token, seconds, state.secure_cookies)?;
    let no_store = HeaderValue::from_static("no-store");
    Ok(([(header::CACHE_CONTROL, no_store), (header::SET_COOKIE, cookie)], Json(body)).into_response())
}

async fn logout(State(state): State<Shared>, Actor(user): Actor, headers: HeaderMap) -> Result<Response, Problem> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.split_once(' '));
    let token = bearer.map(|(_, token)| token.trim()).or_else(|| cookies::read(&headers, SESSION_COOKIE));
    if let Some(token) = token {
        sign_out(&state, token).await?;
        tracing::info!(user = %user.id, "signed out");
    }
    let cookie = cookies::set(SESSION_COOKIE, "", 0, state.secure_cookies)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

async fn me(Actor(user): Actor) -> Json<User> {
    Json(user)
}

async fn list(State(state): State<Shared>, Actor(user): Actor) -> Result<Response, Problem> {
    must(user.role == Role::Admin, &user, "see who may sign in")?;
    let items = state.store.users().await.map_err(|error| refused(error, "user"))?;
    Ok(Json(json!({"items": items})).into_response())
}

async fn create(State(state): State<Shared>, Actor(user): Actor, mut fields: Fields) -> Result<Response, Problem> {
    must(user.role == Role::Admin, &user, "make users")?;
    let email = required_address(&mut fields, "email");
    let name = fields.required_text("name", 1..=80);
    let role = fields.required_choice("role", &ROLES).and_then(Role::named).unwrap_or(Role::Viewer);
    let password = fields.required_secret("password", 10..=200);
    fields.finish()?;
    let password_hash = state.passwords.hash(password).await?;
    let made = state.store.create_user(NewUser { email, name, role, password_hash }).await;
    let made = made.map_err(|error| refused(error, "user"))?;
    tracing::info!(user = %made.id, by = %user.id, "made a user");
    Ok((StatusCode::CREATED, Json(made)).into_response())
}
