//! Registering, signing in, staying signed in, and who one is.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use fleet_kit::sign_ins::{Credentials, required_address};
use fleet_kit::{Fields, Problem};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::refused;
use crate::state::Shared;
use crate::store::{NewSession, now_ms};
use crate::studio::{Actor, NewUser, Role, User};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/auth/register", post(register))
        .route("/api/auth/login", post(login))
        .route("/api/auth/refresh", post(refresh))
        .route("/api/auth/logout", post(logout))
        .route("/api/auth/me", get(me))
}

async fn register(State(state): State<Shared>, headers: HeaderMap, mut fields: Fields) -> Result<Response, Problem> {
    if !state.registration_open {
        return Err(Problem::forbidden("registration is closed here; ask an operator for an account"));
    }
    let email = required_address(&mut fields, "email");
    let name = fields.required_text("name", 1..=80);
    let password = fields.required_secret("password", 10..=200);
    fields.finish()?;
    state.sign_ins.registration(&headers)?;
    let password_hash = state.passwords.hash(password).await?;
    let new = NewUser { email, name, role: Role::User, password_hash };
    let user = state.store.create_user(new).await.map_err(refused("user"))?;
    tracing::info!(user = %user.id, "registered");
    Ok((StatusCode::CREATED, Json(user)).into_response())
}

async fn login(State(state): State<Shared>, headers: HeaderMap, fields: Fields) -> Result<Response, Problem> {
    let Credentials { email, password } = Credentials::of(fields)?;
    state.sign_ins.attempt(&headers, &email)?;
    let (user, stored) = state.store.credentials(email).await.map_err(refused("user"))?.unzip();
    let matches = state.passwords.matches(password, stored).await?;
    let Some(user) = user.filter(|_| matches) else {
        metrics::counter!("logins_total", "outcome" => "refused").increment(1);
        tracing::warn!("sign-in refused");
        return Err(Problem::unauthenticated("e-mail address or password is wrong"));
    };
    metrics::counter!("logins_total", "outcome" => "ok").increment(1);
    tracing::info!(user = %user.id, "signed in");
    let (refresh_token, token_digest) = fresh_token();
    let expires_at_ms = now_ms() + state.refresh_lifetime.as_millis() as i64;
    let session = NewSession { family: token_digest.clone(), token_digest, user_id: user.id, expires_at_ms };
    state.store.begin_session(session).await.map_err(refused("user"))?;
    tokens(&state, user, refresh_token)
}

async fn refresh(State(state): State<Shared>, mut fields: Fields) -> Result<Response, Problem> {
    let given = fields.required_secret("refresh_token", 1..=200);
    fields.finish()?;
    let (refresh_token, next_digest) = fresh_token();
    let user = state.store.renew_session(digest(&given), next_digest).await.map_err(refused("user"))?;
    let ended = || Problem::unauthenticated("the session has ended; sign in again");
    tokens(&state, user.ok_or_else(ended)?, refresh_token)
}

async fn logout(State(state): State<Shared>, mut fields: Fields) -> Result<StatusCode, Problem> {
    let given = fields.required_secret("refresh_token", 1..=200);
    fields.finish()?;
    state.store.end_session(digest(&given)).await.map_err(refused("session"))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn me(Actor(user): Actor) -> Json<User> {
    Json(user)
}

fn tokens(state: &Shared, user: User, refresh_token: String) -> Result<Response, Problem> {
    let access = state.tokens.issue(&user.id.to_string());
    let body = json!({
        "access_token": access.map_err(|error| Problem::internal("signing a token", &error))?,
        "token_type": "Bearer",
        "expires_in": state.tokens.lifetime().as_secs(),
        "refresh_token": refresh_token,
        "user": user,
    });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// A refresh token and the digest by which it is kept.
fn fresh_token() -> (String, String) {
    let token = hex::encode(rand::random::<[u8; 32]>());
    let kept = digest(&token);
    (token, kept)
}

fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}
