//! What a secret may be called.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A secret's name: letters, digits, `_` and `-`, beginning with a letter, at most 64. It may stand in public.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretName(String);

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no secret's name: use letters, digits, `_` and `-`, beginning with a letter, at most 64")]
pub struct NameError(String);

impl SecretName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<SecretName, NameError> {
        let wanted = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let good = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.len() <= 64 && text.chars().all(wanted);
        // What was typed may be a value by mistake: only what could be a name is repeated.
        let shown =
            if text.len() <= 24 && text.chars().all(|c| wanted(c) || c == '.' || c == ' ') { text } else { "…" };
        if good { Ok(SecretName(text.to_owned())) } else { Err(NameError(shown.to_owned())) }
    }
}

impl TryFrom<String> for SecretName {
    type Error = NameError;

    fn try_from(text: String) -> Result<SecretName, NameError> {
        text.parse()
    }
}

impl From<SecretName> for String {
    fn from(name: SecretName) -> String {
        name.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::SecretName;

    #[test]
    fn names_are_plain_and_values_typed_by_mistake_are_not_repeated() {
        assert!("JWT_SECRET".parse::<SecretName>().is_ok() && "stripe-key".parse::<SecretName>().is_ok());
        for wrong in ["", "1st", "a.b", "a b", "_x"] {
            assert!(wrong.parse::<SecretName>().is_err(), "{wrong}");
        }
        let error = "hunter2/hunter2!hunter2+hunter2".parse::<SecretName>().unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }
}
