//! Registering, signing in and out, and who one is.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use fleet_kit::sign_ins::{Credentials, required_address};
use fleet_kit::{Fields, Problem, cookies};
use serde_json::{Value, json};

use super::refused;
use crate::identity::{Actor, SESSION_COOKIE};
use crate::state::Shared;
use crate::store::{NewUser, Role, User};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/auth/register", post(register))
        .route("/api/auth/login", post(login))
        .route("/api/auth/logout", post(logout))
        .route("/api/auth/me", get(me))
        .route("/api/auth/session", get(session))
}

async fn register(State(state): State<Shared>, headers: HeaderMap, mut fields: Fields) -> Result<Response, Problem> {
    if !state.registration_open {
        return Err(Problem::forbidden("registration is closed here; ask an operator for an account"));
    }
    state.sign_ins.registration(&headers)?;
    let email = required_address(&mut fields, "email");
    let name = fields.required_text("name", 1..=80);
    let password = fields.required_secret("password", 10..=200);
    fields.finish()?;
    let password_hash = state.passwords.hash(password).await?;
    let new = NewUser { email, name, role: Role::Editor, password_hash };
    let user = state.store.create_user(new).await.map_err(|error| refused(error, "user"))?;
    tracing::info!(user = %user.id, "registered");
    Ok((StatusCode::CREATED, Json(user)).into_response())
}

async fn login(State(state): State<Shared>, headers: HeaderMap, fields: Fields) -> Result<Response, Problem> {
    let Credentials { email, password } = Credentials::of(fields)?;
    state.sign_ins.attempt(&headers, &email)?;
    let found = state.store.credentials(&email).await.map_err(|error| refused(error, "user"))?;
    let (user, stored) = found.unzip();
    let matches = state.passwords.matches(password, stored).await?;
    let Some(user) = user.filter(|_| matches) else {
        tracing::warn!("sign-in refused");
        metrics::counter!("sign_ins_total", "outcome" => "refused").increment(1);
        return Err(Problem::unauthenticated("e-mail address or password is wrong"));
    };
    metrics::counter!("sign_ins_total", "outcome" => "signed_in").increment(1);
    let token = state.tokens.issue(&user.id.to_string());
    let token = token.map_err(|error| Problem::internal("signing a token", &error))?;
    let lifetime = state.tokens.lifetime().as_secs();
    let cookie = cookies::set(SESSION_COOKIE, &token, lifetime, state.secure_cookies)?;
    tracing::info!(user = %user.id, "signed in");
    let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": lifetime, "user": user});
    let headers = [(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store")), (header::SET_COOKIE, cookie)];
    Ok((headers, Json(body)).into_response())
}

async fn logout(State(state): State<Shared>) -> Result<Response, Problem> {
    let cookie = cookies::set(SESSION_COOKIE, "", 0, state.secure_cookies)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

async fn me(Actor(user): Actor) -> Json<User> {
    Json(user)
}

/// For the page, which does not know yet whether anybody is signed in: nobody is no fault.
async fn session(actor: Result<Actor, Problem>) -> Result<Json<Value>, Problem> {
    match actor {
        Ok(Actor(user)) => Ok(Json(json!({"user": user}))),
        Err(problem) if problem.status == StatusCode::UNAUTHORIZED => Ok(Json(json!({"user": null}))),
        Err(problem) => Err(problem),
    }
}
