//! Tokens: JWT signed with HS256 by the current key; the previous key is accepted while a rotation is under way.

use std::time::Duration;

use fleet_kit::config::Secret;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::config::SERVICE;
use crate::story::{User, UserId};

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    /// Seconds since 1970.
    iat: i64,
    /// Seconds since 1970.
    exp: i64,
}

/// Signs and verifies tokens.
pub struct Tokens {
    signing: EncodingKey,
    accepted: Vec<DecodingKey>,
    validation: Validation,
    lifetime: Duration,
}

impl Tokens {
    /// With the current key and, during a rotation, the one before.
    pub fn new(current: &Secret, previous: Option<&Secret>, lifetime: Duration) -> Tokens {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[SERVICE]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.leeway = 5;
        let keys = std::iter::once(current).chain(previous);
        Tokens {
            signing: EncodingKey::from_secret(current.expose().as_bytes()),
            accepted: keys.map(|key| DecodingKey::from_secret(key.expose().as_bytes())).collect(),
            validation,
            lifetime,
        }
    }

    /// How long a token made now is good for.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// A token that says who the user is.
    pub fn issue(&self, user: &User) -> Result<String, jsonwebtoken::errors::Error> {
        let now = jiff::Timestamp::now().as_second();
        let claims = Claims {
            iss: SERVICE.to_owned(),
            sub: user.id.to_string(),
            iat: now,
            exp: now + self.lifetime.as_secs() as i64,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
    }

    /// Whom a token names, if one of the keys signed it and it has not ended.
    pub fn verify(&self, token: &str) -> Option<UserId> {
        let claims =
            self.accepted.iter().find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok());
        claims?.claims.sub.parse().ok()
    }
}
