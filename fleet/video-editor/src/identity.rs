//! Who asks: by `Authorization: Bearer`, or by the cookie that signing in on the page sets. A cookie alone changes nothing when the
//! request comes from another site's page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use fleet_kit::{Problem, cookies};

use crate::api::refused;
use crate::state::{Shared, State};
use crate::store::{Role, User};

/// Holds the token of somebody who signed in on the page.
pub const SESSION_COOKIE: &str = "session";

/// A signed-in user.
#[derive(Clone, Debug)]
pub struct Actor(pub User);

/// A signed-in operator.
#[derive(Clone, Debug)]
pub struct Operator(pub User);

impl FromRequestParts<Shared> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Actor, Problem> {
        if let Some(token) = bearer(&parts.headers) {
            return known(state, token).await;
        }
        let Some(token) = cookies::read(&parts.headers, SESSION_COOKIE) else {
            return Err(Problem::unauthenticated(
                "sign in: send `Authorization: Bearer TOKEN` with the token that `POST /api/auth/login` gives",
            ));
        };
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            cookies::refuse_other_sites(&parts.headers)?;
        }
        known(state, token).await
    }
}

impl FromRequestParts<Shared> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Operator, Problem> {
        let Actor(user) = <Actor as FromRequestParts<Shared>>::from_request_parts(parts, state).await?;
        if user.role == Role::Operator {
            return Ok(Operator(user));
        }
        Err(Problem::forbidden("only an operator may do this"))
    }
}

async fn known(state: &Shared, token: &str) -> Result<Actor, Problem> {
    let ended = || Problem::unauthenticated("the token is not valid or has ended; sign in again");
    let id = state.tokens.verify(token).and_then(|id| id.parse().ok()).ok_or_else(ended)?;
    let user = state.store.user(id).await.map_err(|error| refused(error, "user"))?;
    user.map(Actor).ok_or_else(ended)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Browsers let any page open a WebSocket, with our cookie: the page must be ours or of an allowed origin.
pub fn check_origin(state: &State, headers: &HeaderMap) -> Result<(), Problem> {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    if origin.is_some_and(|origin| state.origins.iter().any(|allowed| allowed == origin)) {
        return Ok(());
    }
    cookies::refuse_other_sites(headers)
        .map_err(|_| Problem::forbidden("pages of this origin may not connect; `ALLOWED_ORIGINS` lists those that may"))
}
