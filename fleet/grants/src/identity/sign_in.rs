//! Signing in and out.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use fleet_kit::sign_ins::Credentials;
use fleet_kit::{Problem, limit};

use super::BROKEN_AUTH;
use super::asking::sessions_failed;
use crate::api::refused;
use crate::grant::User;
use crate::state::Shared;

const MINUTE: Duration = Duration::from_secs(60);

/// Why somebody was not signed in.
pub enum SignInError {
    /// No such user, or another password; which of the two is not told.
    Wrong,
    /// Something else; the problem says what.
    Failed(Problem),
}

/// A session that was just begun.
pub struct SignedIn {
    pub user: User,
    pub token: String,
    pub csrf: String,
}

/// Checks the password and begins a session.
pub async fn sign_in(
    state: &Shared,
    headers: &HeaderMap,
    Credentials { email, password }: Credentials,
) -> Result<SignedIn, SignInError> {
    refuse_too_many(state, headers, &email).await.map_err(SignInError::Failed)?;
    let found = state.store.credentials(&email).await;
    let found = found.map_err(|error| SignInError::Failed(refused(error, "user")))?;
    let (user, stored) = found.unzip();
    let matches = state.passwords.matches(password, stored).await.map_err(|error| SignInError::Failed(error.into()))?;
    let Some(user) = user.filter(|_| matches && !state.faults.is_on(BROKEN_AUTH)) else {
        metrics::counter!("sign_ins_total", "outcome" => "refused").increment(1);
        tracing::warn!("sign-in refused");
        return Err(SignInError::Wrong);
    };
    let begun = state.sessions.begin(&user.id.to_string()).await;
    let (token, session) = begun.map_err(|error| SignInError::Failed(sessions_failed(error)))?;
    metrics::counter!("sign_ins_total", "outcome" => "done").increment(1);
    tracing::info!(user = %user.id, "signed in");
    Ok(SignedIn { user, token, csrf: session.csrf })
}

/// Ends the session of a token.
pub async fn sign_out(state: &Shared, token: &str) -> Result<(), Problem> {
    state.sessions.end(token).await.map_err(sessions_failed)
}

/// Counted in Redis, so for all instances together: by account and address, that nobody locks somebody else out.
async fn refuse_too_many(state: &Shared, headers: &HeaderMap, email: &str) -> Result<(), Problem> {
    use sha2::{Digest, Sha256};
    let who = hex::encode(Sha256::digest(format!("{}\n{email}", limit::client(headers))));
    let tried =
        state.redis.count(&format!("sign-ins:{who}"), MINUTE).await.map_err(|error| sessions_failed(error.into()))?;
    if tried <= state.sign_ins_per_minute {
        return Ok(());
    }
    metrics::counter!("sign_ins_total", "outcome" => "too many").increment(1);
    let detail = "too many sign-ins for this account from here; try again in a minute";
    Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many", detail)
        .with_header(header::RETRY_AFTER, HeaderValue::from_static("60")))
}
