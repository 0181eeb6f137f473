//! Registering, signing in, and who one is.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use fleet_kit::sign_ins::{Credentials, required_address};
use fleet_kit::{Fields, Problem};
use serde_json::json;

use super::refused;
use crate::state::Shared;
use crate::story::{Actor, NewUser, Role, User};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/auth/register", post(register))
        .route("/api/auth/login", post(login))
        .route("/api/auth/me", get(me))
}

async fn register(State(state): State<Shared>, headers: HeaderMap, mut fields: Fields) -> Result<Response, Problem> {
    if !state.registration_open {
        return Err(Problem::forbidden("registration is closed here; ask an admin for an account"));
    }
    let email = required_address(&mut fields, "email");
    let name = fields.required_text("name", 1..=80);
    let password = fields.required_secret("password", 10..=200);
    fields.finish()?;
    state.sign_ins.registration(&headers)?;
    let password_hash = state.passwords.hash(password).await?;
    let new = NewUser { email, name, role: Role::Member, password_hash };
    let user = state.store.create_user(new).await.map_err(|error| refused(error, "user"))?;
    tracing::info!(user = %user.id, "registered");
    Ok((StatusCode::CREATED, Json(user)).into_response())
}

async fn login(State(state): State<Shared>, headers: HeaderMap, fields: Fields) -> Result<Response, Problem> {
    let (user, token) = sign_in(&state, &headers, Credentials::of(fields)?).await.map_err(|error| match error {
        SignInError::Wrong => Problem::unauthenticated("e-mail address or password is wrong"),
        SignInError::Failed(problem) => problem,
    })?;
    let body = json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": state.tokens.lifetime().as_secs(),
        "user": user,
    });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

async fn me(Actor(user): Actor) -> Json<User> {
    Json(user)
}

/// Why somebody was not signed in.
pub enum SignInError {
    /// No such user, or another password; which of the two is not told.
    Wrong,
    /// Something failed on our side, or it was tried too often.
    Failed(Problem),
}

/// Checks the password and makes a token.
pub async fn sign_in(
    state: &Shared,
    headers: &HeaderMap,
    Credentials { email, password }: Credentials,
) -> Result<(User, String), SignInError> {
    state.sign_ins.attempt(headers, &email).map_err(SignInError::Failed)?;
    let found = state.store.credentials(email).await;
    let found = found.map_err(|error| SignInError::Failed(refused(error, "user")))?;
    let (user, stored) = found.unzip();
    let matches = state.passwords.matches(password, stored).await.map_err(|error| SignInError::Failed(error.into()))?;
    let Some(user) = user.filter(|_| matches) else {
        tracing::warn!("sign-in refused");
        return Err(SignInError::Wrong);
    };
    let token = state.tokens.issue(&user);
    let token = token.map_err(|error| SignInError::Failed(Problem::internal("signing a token", &error)))?;
    tracing::info!(user = %user.id, "signed in");
    Ok((user, token))
}
