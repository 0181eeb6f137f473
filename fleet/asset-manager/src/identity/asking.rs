//! Extractors: the API knows people by `Authorization: Bearer`, pages also by the session cookie.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use fleet_kit::{Problem, cookies};

use crate::api::refused;
use crate::state::Shared;
use crate::story::{Actor, User, Viewer};

/// Holds the token of somebody who signed in on the pages.
pub const SESSION_COOKIE: &str = "session";

impl FromRequestParts<Shared> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Actor, Problem> {
        let token = bearer(&parts.headers).ok_or_else(|| {
            Problem::unauthenticated(
                "sign in: send `Authorization: Bearer TOKEN` with the token that `POST /api/auth/login` gives",
            )
        })?;
        let user = known(state, token).await?;
        user.map(Actor).ok_or_else(|| Problem::unauthenticated("the token is not valid or has ended; sign in again"))
    }
}

impl FromRequestParts<Shared> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Viewer, Problem> {
        // No header: a visitor. A header that is not valid is told, rather than taken for a visitor's.
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(Viewer(None));
        }
        <Actor as FromRequestParts<Shared>>::from_request_parts(parts, state).await.map(Viewer::from)
    }
}

/// Whoever looks at a page: by token, else by cookie; a cookie that has ended is a visitor's.
pub async fn page_viewer(state: &Shared, headers: &HeaderMap) -> Result<Viewer, Problem> {
    match bearer(headers).or_else(|| cookies::read(headers, SESSION_COOKIE)) {
        Some(token) => known(state, token).await.map(Viewer),
        None => Ok(Viewer(None)),
    }
}

async fn known(state: &Shared, token: &str) -> Result<Option<User>, Problem> {
    match state.tokens.verify(token) {
        Some(id) => state.store.user(id).await.map_err(|error| refused(error, "user")),
        None => Ok(None),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
