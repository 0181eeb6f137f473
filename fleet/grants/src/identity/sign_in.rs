//! Signing in and out.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use fleet_kit::sign_ins::{Credentials, LOOSER};
use fleet_kit::{Problem, limit};
use sha2::{Digest, Sha256};

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

/// The bounds of [`fleet_kit::sign_ins::SignIns`], counted in Redis, so for all instances together.
async fn refuse_too_many(state: &Shared, headers: &HeaderMap, email: &str) -> Result<(), Problem> {
    let (client, most) = (limit::client(headers), state.sign_ins_per_minute);
    let looser = most.saturating_mul(LOOSER.into());
    // In this order: what is refused here counts neither against others behind the same proxy nor against the account's owner.
    for (who, most) in [
        (format!("{client}\n{email}"), most),
        (format!("client\n{client}"), looser),
        (format!("account\n{email}"), looser),
    ] {
        if tried(state, &who).await? > most {
            return Err(too_many());
        }
    }
    Ok(())
}

/// Counts one more attempt of somebody and gives how many they were in this minute.
async fn tried(state: &Shared, who: &str) -> Result<u64, Problem> {
    let key = format!("sign-ins:{}", hex::encode(Sha256::digest(who)));
    state.redis.count(&key, MINUTE).await.map_err(|error| sessions_failed(error.into()))
}

fn too_many() -> Problem {
    metrics::counter!("sign_ins_total", "outcome" => "too many").increment(1);
    let detail = "too many sign-ins from here or for this account; try again in a minute";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many", detail)
        .with_header(header::RETRY_AFTER, HeaderValue::from_static("60"))
}
