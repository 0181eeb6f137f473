//! Extractors: the API knows people by `Authorization: Bearer` or by the session cookie, pages by the cookie alone.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use fleet_kit::sessions::SessionError;
use fleet_kit::{Problem, cookies};
use subtle::ConstantTimeEq;

use super::BROKEN_AUTH;
use super::renewal::Renewal;
use crate::api::refused;
use crate::grant::User;
use crate::state::Shared;

/// Holds the session of somebody who signed in on the pages.
pub const SESSION_COOKIE: &str = "session";
/// A script of our own pages sends the session's token against forgery in it, with every change.
const CSRF_HEADER: &str = "x-csrf-token";

/// Somebody who signed in and asks for something.
#[derive(Clone, Debug)]
pub struct Actor(pub User);

/// Somebody who looks at a page, with what the page's forms must send.
#[derive(Clone, Debug)]
pub struct PageActor {
    pub user: User,
    pub csrf: String,
}

impl FromRequestParts<Shared> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Actor, Problem> {
        let unknown = || {
            Problem::unauthenticated(
                "sign in: send `Authorization: Bearer TOKEN` with the token that `POST /api/auth/login` gives",
            )
        };
        let ended = || Problem::unauthenticated("the session is not valid or has ended; sign in again");
        if parts.headers.contains_key(header::AUTHORIZATION) {
            let token = bearer(&parts.headers).ok_or_else(ended)?.to_owned();
            let (user, _) = known(state, &token, parts).await?.ok_or_else(ended)?;
            return Ok(Actor(user));
        }
        let token = cookies::read(&parts.headers, SESSION_COOKIE).ok_or_else(unknown)?.to_owned();
        let (user, csrf) = known(state, &token, parts).await?.ok_or_else(ended)?;
        if !is_reading(&parts.method) && !is_same(parts.headers.get(CSRF_HEADER).map(|value| value.as_bytes()), &csrf) {
            return Err(Problem::forbidden(format!("a change by cookie must carry the session's `{CSRF_HEADER}`")));
        }
        Ok(Actor(user))
    }
}

impl FromRequestParts<Shared> for PageActor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<PageActor, Response> {
        let token = cookies::read(&parts.headers, SESSION_COOKIE).map(str::to_owned);
        let found = match &token {
            Some(token) => known(state, token, parts).await,
            None => Ok(None),
        };
        match found {
            Ok(Some((user, csrf))) => Ok(PageActor { user, csrf }),
            Ok(None) => Err(Redirect::to("/login").into_response()),
            Err(problem) => Err(crate::pages::Failure::from(problem).into_response()),
        }
    }
}

impl PageActor {
    /// A form without the session's token was not sent from our page.
    pub fn check_form(&self, csrf: &str) -> Result<(), Problem> {
        match is_same(Some(csrf.as_bytes()), &self.csrf) {
            true => Ok(()),
            false => {
                Err(Problem::forbidden("this form was not sent from its page; go back, load the page anew and repeat"))
            }
        }
    }
}

fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn is_same(given: Option<&[u8]>, wanted: &str) -> bool {
    given.is_some_and(|given| given.ct_eq(wanted.as_bytes()).into())
}

/// The user of a session's token, and the session's token against forgery.
async fn known(state: &Shared, token: &str, parts: &Parts) -> Result<Option<(User, String)>, Problem> {
    if state.faults.is_on(BROKEN_AUTH) {
        return Ok(None);
    }
    let Some(found) = state.sessions.find(token).await.map_err(sessions_failed)? else { return Ok(None) };
    if let (Some(renewed), Some(renewal)) = (found.renewed, parts.extensions.get::<Renewal>()) {
        renewal.note(renewed);
    }
    let Ok(id) = found.session.user.parse() else { return Ok(None) };
    let user = state.store.user(id).await.map_err(|error| refused(error, "user"))?;
    Ok(user.map(|user| (user, found.session.csrf)))
}

/// What the client is told when Redis did not answer.
pub(super) fn sessions_failed(error: SessionError) -> Problem {
    match error {
        SessionError::Redis(error) => {
            tracing::error!(%error, "sessions cannot be looked up");
            Problem::unavailable("the session store does not answer; try again in a moment")
        }
        SessionError::Failed(_) => Problem::internal("looking a session up", &error),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
