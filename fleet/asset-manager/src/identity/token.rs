//! Tokens of this service: each names a user.

use std::time::Duration;

use fleet_kit::config::Secret;

use crate::config::SERVICE;
use crate::story::{User, UserId};

/// Signs and verifies tokens.
pub struct Tokens(fleet_kit::tokens::Tokens);

impl Tokens {
    /// With the current key and, during a rotation, the one before.
    pub fn new(current: &Secret, previous: Option<&Secret>, lifetime: Duration) -> Tokens {
        Tokens(fleet_kit::tokens::Tokens::new(SERVICE, current, previous, lifetime))
    }

    /// How long a token made now is good for.
    pub fn lifetime(&self) -> Duration {
        self.0.lifetime()
    }

    /// A token that says who the user is.
    pub fn issue(&self, user: &User) -> Result<String, jsonwebtoken::errors::Error> {
        self.0.issue(&user.id.to_string())
    }

    /// Whom a token names, if one of the keys signed it and it has not ended.
    pub fn verify(&self, token: &str) -> Option<UserId> {
        self.0.verify(token)?.parse().ok()
    }
}
