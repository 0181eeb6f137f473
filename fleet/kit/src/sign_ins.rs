//! Signing in: what is given, and how often it may be tried.

use axum::http::HeaderMap;

use crate::Fields;
use crate::limit;
use crate::problem::Problem;
use crate::quota::Quota;

/// The longest e-mail address there is.
const ADDRESS_MOST: usize = 254;
const PASSWORD_MOST: usize = 200;
/// How many times as often one client at all accounts, or all clients at one account, may try.
pub const LOOSER: u32 = 10;

/// What somebody signs in with, in an API's body or a page's form: bounded, the address trimmed and in small letters.
pub struct Credentials {
    /// The account's address.
    pub email: String,
    /// As typed.
    pub password: String,
}

impl Credentials {
    /// From the two fields; others are refused.
    pub fn of(mut fields: Fields) -> Result<Credentials, Problem> {
        let email = fields.required_text("email", 1..=ADDRESS_MOST).to_lowercase();
        let password = fields.required_secret("password", 1..=PASSWORD_MOST);
        fields.finish()?;
        Ok(Credentials { email, password })
    }
}

/// An account's e-mail address, in small letters; what is none is a fault.
pub fn required_address(fields: &mut Fields, field: &str) -> String {
    let email = fields.required_text(field, 3..=ADDRESS_MOST).to_lowercase();
    if fields.is_sound() && !is_address(&email) {
        fields.fault(field, "text", format!("`{field}` is no e-mail address"));
    }
    email
}

/// One `@` with something before it and a host after it; the rest only the mail itself can tell.
pub fn is_address(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else { return false };
    !local.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
}

/// How often it may be tried to sign in: by a client at an account so often, by a client at all accounts and at an account by
/// all clients ten times as often. So whoever guesses is slowed down, and cannot by himself keep others from their account.
pub struct SignIns {
    client_and_account: Quota,
    client: Quota,
    account: Quota,
}

impl SignIns {
    /// `per_minute` of a client at an account, at least 1.
    pub fn new(per_minute: u32) -> SignIns {
        let looser = per_minute.saturating_mul(LOOSER);
        SignIns { client_and_account: Quota::new(per_minute), client: Quota::new(looser), account: Quota::new(looser) }
    }

    /// Takes one attempt at the account with this address, or refuses with 429.
    pub fn attempt(&self, headers: &HeaderMap, email: &str) -> Result<(), Problem> {
        let client = limit::client(headers);
        // In this order: what is refused here counts neither against others behind the same proxy nor against the account's owner.
        self.client_and_account.take(&format!("{client}\n{email}"))?;
        self.client.take(client)?;
        self.account.take(email)
    }

    /// Takes one registration, which is as costly as an attempt, or refuses with 429.
    pub fn registration(&self, headers: &HeaderMap) -> Result<(), Problem> {
        self.client.take(limit::client(headers))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn from(client: &'static str) -> HeaderMap {
        HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), HeaderValue::from_static(client))])
    }

    #[test]
    fn a_stranger_who_guesses_locks_nobody_out() {
        let sign_ins = SignIns::new(3);
        let passed = (0..100).filter(|_| sign_ins.attempt(&from("10.0.0.66"), "ada@studio.example").is_ok()).count();
        assert_eq!(passed, 3);
        assert!(sign_ins.attempt(&from("10.0.0.7"), "ada@studio.example").is_ok(), "the owner comes from elsewhere");
        assert!(sign_ins.attempt(&from("10.0.0.7"), "bo@studio.example").is_ok());
    }

    #[test]
    fn many_clients_together_and_one_at_many_accounts_are_limited_too() {
        let sign_ins = SignIns::new(2);
        let from_many = |number: u32| {
            let client = HeaderValue::from_str(&format!("10.0.0.{number}")).unwrap();
            sign_ins
                .attempt(&HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), client)]), "ada@studio.example")
        };
        // Twenty, and one more for every three seconds that a busy machine may take.
        let few = 20..=25;
        assert!(few.contains(&(0..50).filter(|&number| from_many(number).is_ok()).count()));
        let at_many = |number: u32| sign_ins.attempt(&from("10.0.1.1"), &format!("{number}@studio.example"));
        assert!(few.contains(&(0..50).filter(|&number| at_many(number).is_ok()).count()));
        assert!(few.contains(&(0..50).filter(|_| sign_ins.registration(&from("10.0.1.2")).is_ok()).count()));
    }

    #[test]
    fn credentials_are_bounded() {
        let given = |email: &str, password: &str| {
            Credentials::of(Fields::of(json!({"email": email, "password": password})).unwrap()).map(|given| given.email)
        };
        assert_eq!(given(" Ada@Studio.example ", "x").unwrap(), "ada@studio.example");
        let (address, password) = ("a".repeat(255), "x".repeat(201));
        let wrong = [("", "x"), ("a\0b", "x"), (address.as_str(), "x"), ("a@b", ""), ("a@b", password.as_str())];
        for (email, password) in wrong {
            assert_eq!(given(email, password).unwrap_err().status.as_u16(), 422, "{email:.10}");
        }
    }

    #[test]
    fn addresses_are_told_from_other_texts() {
        assert!(["a@b", "ada.l@studio.example"].into_iter().all(is_address));
        assert!(!["", "a", "@b", "a@", "a@b@c", "a b@c"].into_iter().any(is_address));
    }
}
