//! Sign-in sessions in Redis: they outlive restarts and deploys, every instance knows them, and they can be ended.
//!
//! A session's token is its random id with a signature. Redis holds the id's digest alone, so whoever reads Redis cannot
//! take a session over; whoever has no signing key cannot even ask for one.

use std::time::Duration;

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::Secret;
use crate::redis::{Redis, RedisError};

/// Why a session was not begun, found or ended.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Redis did not do it.
    #[error(transparent)]
    Redis(#[from] RedisError),
    /// The system has no random bytes, or what Redis holds is no session of ours.
    #[error("{0}")]
    Failed(&'static str),
}

/// Begins, finds and ends sessions.
#[derive(Clone)]
pub struct Sessions {
    redis: Redis,
    current: hmac::Key,
    also: Vec<hmac::Key>,
    lifetime: Duration,
}

/// Somebody's session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Whose, in the service's words.
    pub user: String,
    /// What a form or a script of our own pages must send with a change; another site's page does not know it.
    pub csrf: String,
    /// RFC 3339, UTC.
    pub began_at: String,
}

/// A session found by its token.
#[derive(Clone, Debug)]
pub struct Found {
    /// It.
    pub session: Session,
    /// Its token under the current key, if it came under another: give it to the client in place of the old one.
    pub renewed: Option<String>,
}

impl Sessions {
    /// Signs with `current`; tokens signed with one of `also` are good, too (a rotation's other keys). A session ends when it
    /// was not used for `lifetime`.
    pub fn new(redis: Redis, current: &Secret, also: &[Secret], lifetime: Duration) -> Sessions {
        let key = |secret: &Secret| hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        Sessions { redis, current: key(current), also: also.iter().map(key).collect(), lifetime }
    }

    /// How long an unused session is good for.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Begins one for `user`; gives its token.
    pub async fn begin(&self, user: &str) -> Result<(String, Session), SessionError> {
        let id = random_hex()?;
        let session =
            Session { user: user.to_owned(), csrf: random_hex()?, began_at: jiff::Timestamp::now().to_string() };
        let text = serde_json::to_string(&session).map_err(|_| SessionError::Failed("a session cannot be written"))?;
        self.redis.set(&place(&id), &text, self.lifetime).await?;
        Ok((self.token(&id), session))
    }

    /// The session of a token, which lives on for its whole lifetime from now; `None` if there is none (any more).
    pub async fn find(&self, token: &str) -> Result<Option<Found>, SessionError> {
        let Some((id, by_current)) = self.verified(token) else { return Ok(None) };
        let place = place(id);
        let Some(text) = self.redis.get(&place).await? else { return Ok(None) };
        let session =
            serde_json::from_str(&text).map_err(|_| SessionError::Failed("Redis holds no session of ours"))?;
        self.redis.extend(&place, self.lifetime).await?;
        Ok(Some(Found { session, renewed: (!by_current).then(|| self.token(id)) }))
    }

    /// Ends the session of a token; that there was none is no fault.
    pub async fn end(&self, token: &str) -> Result<(), SessionError> {
        if let Some((id, _)) = self.verified(token) {
            self.redis.remove(&place(id)).await?;
        }
        Ok(())
    }

    fn token(&self, id: &str) -> String {
        format!("{id}.{}", hex::encode(hmac::sign(&self.current, id.as_bytes())))
    }

    /// The id in a token whose signature is right, and whether the current key made it.
    fn verified<'a>(&self, token: &'a str) -> Option<(&'a str, bool)> {
        let (id, signature) = token.split_once('.')?;
        let signature = hex::decode(signature).ok()?;
        let is_by = |key: &hmac::Key| hmac::verify(key, id.as_bytes(), &signature).is_ok();
        if is_by(&self.current) {
            return Some((id, true));
        }
        self.also.iter().any(is_by).then_some((id, false))
    }
}

fn place(id: &str) -> String {
    format!("session:{}", hex::encode(Sha256::digest(id.as_bytes())))
}

fn random_hex() -> Result<String, SessionError> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SessionError::Failed("the system has no random bytes"))?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Faults;

    fn sessions(redis: &Redis, current: &str, also: &[&str]) -> Sessions {
        let also: Vec<Secret> = also.iter().map(|&text| Secret::new(text.to_owned())).collect();
        Sessions::new(redis.clone(), &Secret::new(current.to_owned()), &also, Duration::from_secs(60))
    }

    #[tokio::test]
    async fn a_session_lives_through_a_rotation_and_ends_when_told() {
        let redis = Redis::in_process(Faults::new(None, vec![]));
        let before = sessions(&redis, "one", &[]);
        let (token, session) = before.begin("user-7").await.unwrap();
        assert!(before.find(&token).await.unwrap().unwrap().renewed.is_none());

        let during = sessions(&redis, "two", &["one"]);
        let found = during.find(&token).await.unwrap().unwrap();
        assert_eq!((found.session.user.as_str(), &found.session.csrf), ("user-7", &session.csrf));
        let renewed = found.renewed.unwrap();

        let after = sessions(&redis, "two", &[]);
        assert!(after.find(&token).await.unwrap().is_none(), "the old key's time is over");
        assert!(after.find(&renewed).await.unwrap().is_some());
        after.end(&renewed).await.unwrap();
        assert!(after.find(&renewed).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn what_is_no_token_finds_nothing() {
        let redis = Redis::in_process(Faults::new(None, vec![]));
        let sessions = sessions(&redis, "one", &[]);
        let (token, _) = sessions.begin("user-7").await.unwrap();
        let (id, _) = token.split_once('.').unwrap();
        for wrong in ["", ".", "x.y", id, &format!("{id}."), &format!("{id}.00"), &format!("{id}.{}", "0".repeat(64))] {
            assert!(sessions.find(wrong).await.unwrap().is_none(), "{wrong}");
        }
    }
}
