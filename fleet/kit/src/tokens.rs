//! Tokens: JWT signed with HS256 by the current key; the previous key is accepted while a rotation is under way.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::Secret;

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    /// Seconds since 1970.
    iat: i64,
    /// Seconds since 1970.
    exp: i64,
}

/// Signs and verifies the tokens of one service.
pub struct Tokens {
    issuer: &'static str,
    signing: EncodingKey,
    accepted: Vec<DecodingKey>,
    validation: Validation,
    lifetime: Duration,
    fingerprint: String,
}

impl Tokens {
    /// With the current key and, during a rotation, the one before. `issuer` is the service's name.
    pub fn new(issuer: &'static str, current: &Secret, previous: Option<&Secret>, lifetime: Duration) -> Tokens {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.leeway = 5;
        let digest = hex::encode(Sha256::digest(format!("fingerprint:{issuer}:{}", current.expose())));
        Tokens {
            issuer,
            signing: EncodingKey::from_secret(current.expose().as_bytes()),
            accepted: std::iter::once(current)
                .chain(previous)
                .map(|key| DecodingKey::from_secret(key.expose().as_bytes()))
                .collect(),
            validation,
            lifetime,
            fingerprint: digest.chars().take(8).collect(),
        }
    }

    /// How long a token made now is good for.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Eight digits that tell whether two instances sign with the same key, and nothing about the key.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// A token that names `subject`.
    pub fn issue(&self, subject: &str) -> Result<String, jsonwebtoken::errors::Error> {
        let now = jiff::Timestamp::now().as_second();
        let claims = Claims {
            iss: self.issuer.to_owned(),
            sub: subject.to_owned(),
            iat: now,
            exp: now + self.lifetime.as_secs() as i64,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
    }

    /// Whom a token names, if one of the keys signed it and it has not ended.
    pub fn verify(&self, token: &str) -> Option<String> {
        let claims =
            self.accepted.iter().find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok());
        claims.map(|decoded| decoded.claims.sub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(current: &str, previous: Option<&str>) -> Tokens {
        let secret = |text: &str| Secret::new(text.repeat(32));
        Tokens::new("stage", &secret(current), previous.map(secret).as_ref(), Duration::from_secs(60))
    }

    #[test]
    fn a_token_is_good_as_long_as_its_key_is() {
        let token = tokens("a", None).issue("somebody").unwrap();
        assert_eq!(tokens("a", None).verify(&token).as_deref(), Some("somebody"));
        assert_eq!(tokens("b", Some("a")).verify(&token).as_deref(), Some("somebody"));
        assert_eq!(tokens("b", None).verify(&token), None);
        assert_eq!(tokens("a", None).verify("a.b.c"), None);
    }

    #[test]
    fn a_fingerprint_tells_keys_apart() {
        assert_eq!(tokens("a", Some("b")).fingerprint(), tokens("a", None).fingerprint());
        assert_ne!(tokens("a", None).fingerprint(), tokens("b", None).fingerprint());
    }
}
