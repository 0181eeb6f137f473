//! Passwords: hashed with argon2id off the async threads, two at a time, since each takes 7 MiB and some 30 ms.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

const AT_ONCE: usize = 2;
const WAIT_MOST: Duration = Duration::from_secs(10);

/// Why a password was neither hashed nor compared.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many wait already.
    #[error("too many sign-ins at once")]
    Busy,
    /// The hasher failed.
    #[error("hashing a password: {0}")]
    Failed(String),
}

/// Hashes and compares passwords.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// Compared against when the user is unknown, so that the answer takes as long.
    decoy: Arc<str>,
}

impl Passwords {
    /// Makes the decoy; takes as long as one hash.
    pub fn new() -> Result<Passwords, PasswordError> {
        Ok(Passwords { permits: Arc::new(Semaphore::new(AT_ONCE)), decoy: hash("a password that nobody has")?.into() })
    }

    /// The hash in PHC form, with a salt of its own.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.apart(move || hash(&password)).await
    }

    /// Whether `password` belongs to `stored`. Without a stored hash: no, after the same time.
    pub async fn matches(&self, password: String, stored: Option<String>) -> Result<bool, PasswordError> {
        let decoy = self.decoy.clone();
        self.apart(move || {
            let known = stored.is_some();
            let text = stored.unwrap_or_else(|| decoy.to_string());
            let parsed = PasswordHash::new(&text).map_err(|error| PasswordError::Failed(error.to_string()))?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await
    }

    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let permit = tokio::time::timeout(WAIT_MOST, self.permits.clone().acquire_owned()).await;
        let permit = permit.map_err(|_| PasswordError::Busy)?.map_err(|_| PasswordError::Busy)?;
        let working = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        working.await.map_err(|error| PasswordError::Failed(error.to_string()))?
    }
}

/// 7 MiB and five passes: as costly to attack as OWASP's 19 MiB and two, and a burst of sign-ins leaves less memory behind.
fn hasher() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(7 * 1024, 5, 1, None);
    let params = params.map_err(|error| PasswordError::Failed(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String, PasswordError> {
    let hashed = hasher()?.hash_password(password.as_bytes());
    Ok(hashed.map_err(|error| PasswordError::Failed(error.to_string()))?.to_string())
}
