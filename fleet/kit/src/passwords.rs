//! Passwords: hashed with argon2id off the async threads, one at a time (some 20 ms each), in memory that is kept:
//! 7 MiB given back to the allocator after each sign-in would stay with every thread that ever hashed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::Semaphore;

use crate::problem::Problem;

const WAIT_MOST: Duration = Duration::from_secs(10);
/// With five passes as costly to attack as OWASP's 19 MiB with two.
const MEMORY_KIB: u32 = 7 * 1024;
const PASSES: u32 = 5;
/// No stored hash may ask for more.
const MEMORY_KIB_MOST: u32 = 64 * 1024;

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

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Problem {
        match error {
            PasswordError::Busy => Problem::unavailable("too many people sign in at once; try again in a moment"),
            PasswordError::Failed(_) => Problem::internal("hashing a password", &error),
        }
    }
}

/// Hashes and compares passwords.
#[derive(Clone)]
pub struct Passwords {
    turn: Arc<Semaphore>,
    memory: Arc<Mutex<Vec<Block>>>,
    /// Compared against when the user is unknown, so that the answer takes as long.
    decoy: Arc<str>,
}

impl Passwords {
    /// Makes the decoy; takes as long as one hash.
    pub fn new() -> Result<Passwords, PasswordError> {
        let mut memory = Vec::new();
        let decoy = hash("a password that nobody has", &mut memory)?.into();
        Ok(Passwords { turn: Arc::new(Semaphore::new(1)), memory: Arc::new(Mutex::new(memory)), decoy })
    }

    /// The hash in PHC form, with a salt of its own.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.apart(move |memory| hash(&password, memory)).await
    }

    /// Whether `password` belongs to `stored`. Without a stored hash: no, after the same time.
    pub async fn matches(&self, password: String, stored: Option<String>) -> Result<bool, PasswordError> {
        let decoy = self.decoy.clone();
        self.apart(move |memory| {
            let matches = verify(&password, stored.as_deref().unwrap_or(&decoy), memory)?;
            Ok(matches && stored.is_some())
        })
        .await
    }

    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let permit = tokio::time::timeout(WAIT_MOST, self.turn.clone().acquire_owned()).await;
        let permit = permit.map_err(|_| PasswordError::Busy)?.map_err(|_| PasswordError::Busy)?;
        let memory = self.memory.clone();
        let working = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&mut memory.lock().unwrap_or_else(PoisonError::into_inner))
        });
        working.await.map_err(failed)?
    }
}

fn failed(error: impl std::fmt::Display) -> PasswordError {
    PasswordError::Failed(error.to_string())
}

fn hash(password: &str, memory: &mut Vec<Block>) -> Result<String, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(failed)?;
    let salt = Salt::generate();
    let output = output(password, &salt, params, Params::DEFAULT_OUTPUT_LEN, memory)?;
    Ok(format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1${salt}${output}"))
}

fn verify(password: &str, stored: &str, memory: &mut Vec<Block>) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(stored).map_err(failed)?;
    let (Some(salt), Some(wanted)) = (stored.salt, stored.hash) else {
        return Err(failed("a stored hash lacks its salt or its value"));
    };
    let params = Params::try_from(&stored).map_err(failed)?;
    if stored.algorithm.as_str() != "argon2id" || params.m_cost() > MEMORY_KIB_MOST {
        return Err(failed("a stored hash is of another kind"));
    }
    // `Output` compares in constant time.
    Ok(output(password, &salt, params, wanted.len(), memory)? == wanted)
}

fn output(
    password: &str,
    salt: &Salt,
    params: Params,
    length: usize,
    memory: &mut Vec<Block>,
) -> Result<Output, PasswordError> {
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::default());
    }
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut out = vec![0; length];
    argon2
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut out, memory.as_mut_slice())
        .map_err(failed)?;
    Output::new(&out).map_err(failed)
}

#[cfg(test)]
mod tests {
    use argon2::PasswordHasher;

    use super::*;

    #[tokio::test]
    async fn a_hash_matches_its_password_alone() {
        let passwords = Passwords::new().unwrap();
        let stored = passwords.hash("żółć and salt".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=7168,t=5,p=1$"), "{stored}");
        assert!(passwords.matches("żółć and salt".to_owned(), Some(stored.clone())).await.unwrap());
        assert!(!passwords.matches("żółć and pepper".to_owned(), Some(stored.clone())).await.unwrap());
        assert!(!passwords.matches("a password that nobody has".to_owned(), None).await.unwrap());
        assert_ne!(passwords.hash("żółć and salt".to_owned()).await.unwrap(), stored);
    }

    #[tokio::test]
    async fn hashes_of_other_costs_and_other_programs_match() {
        let passwords = Passwords::new().unwrap();
        let stored = Argon2::default().hash_password(b"from elsewhere").unwrap().to_string();
        assert!(passwords.matches("from elsewhere".to_owned(), Some(stored)).await.unwrap());
        assert!(passwords.matches("x".to_owned(), Some("$2b$12$nonsense".to_owned())).await.is_err());
    }
}
