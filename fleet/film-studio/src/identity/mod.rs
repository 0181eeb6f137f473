//! Who is asking: the API knows people by `Authorization: Bearer`, pages also by the session cookie.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use fleet_kit::{Problem, cookies};

use crate::api::refused;
use crate::film::{Actor, Role, User};
use crate::state::Shared;

/// Holds the token of somebody who signed in on the pages.
pub const SESSION_COOKIE: &str = "session";

impl FromRequestParts<Shared> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Actor, Problem> {
        // Pictures and documents are opened from pages, which have the cookie alone. It opens reading, never writing:
        // another site's form could send it.
        let cookie = parts.method.is_safe().then(|| cookies::read(&parts.headers, SESSION_COOKIE)).flatten();
        let token = bearer(&parts.headers).or(cookie).ok_or_else(|| {
            Problem::unauthenticated(
                "sign in: send `Authorization: Bearer TOKEN` with the token that `POST /api/auth/login` gives",
            )
        })?;
        let user = known(state, token).await?;
        user.map(Actor).ok_or_else(|| Problem::unauthenticated("the token is not valid or has ended; sign in again"))
    }
}

/// A signed-in operator.
pub struct Operator(pub User);

impl FromRequestParts<Shared> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Operator, Problem> {
        let Actor(user) = Actor::from_request_parts(parts, state).await?;
        match user.role {
            Role::Operator => Ok(Operator(user)),
            Role::Member => Err(Problem::forbidden("this is for operators; ask one")),
        }
    }
}

/// Whoever looks at a page; `None` for a visitor, also when the session has ended.
pub async fn visitor(state: &Shared, headers: &HeaderMap) -> Result<Option<User>, Problem> {
    match bearer(headers).or_else(|| cookies::read(headers, SESSION_COOKIE)) {
        Some(token) => known(state, token).await,
        None => Ok(None),
    }
}

async fn known(state: &Shared, token: &str) -> Result<Option<User>, Problem> {
    match state.tokens.verify(token).and_then(|id| id.parse().ok()) {
        Some(id) => state.store.user(id).await.map_err(|error| refused(error, "user")),
        None => Ok(None),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
