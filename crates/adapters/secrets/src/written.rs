//! What a setting says a value is: `$VARIABLE`, `secret://NAME`, or the text itself.

use callsheet_base::Secret;
use callsheet_secrets::Reference;

use crate::{Keyring, StoreError};

/// Why what a setting refers to has no value.
#[derive(Debug, thiserror::Error)]
pub enum WrittenError {
    /// A variable that is not set, or empty.
    #[error("the environment variable `{0}` is not set")]
    Unset(String),
    /// A reference to a version that is not accepted now.
    #[error("{0} has no value now")]
    NoValue(Reference),
    /// A secret that cannot be had.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The value that `text` says. The keyring is asked for where a secret is referred to alone: plain settings need no environment.
pub fn written(
    text: &str,
    variable: impl Fn(&str) -> Option<String>,
    keyring: impl FnOnce() -> Keyring,
) -> Result<Secret<String>, WrittenError> {
    if let Some(name) = text.strip_prefix('$') {
        let value = variable(name).filter(|value| !value.is_empty());
        return value.map(Secret::new).ok_or_else(|| WrittenError::Unset(name.to_owned()));
    }
    let Ok(reference) = text.parse::<Reference>() else { return Ok(Secret::new(text.to_owned())) };
    keyring().resolve(&reference)?.ok_or(WrittenError::NoValue(reference))
}

#[cfg(test)]
mod tests {
    use callsheet_secrets::Ground;

    use super::*;

    fn said(text: &str) -> Result<String, String> {
        let empty = tempfile::tempdir().expect("a temporary folder");
        let variable = |name: &str| match name {
            "HERE" => Some("there".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let value = written(text, variable, || Keyring::new(empty.path(), "dev", Ground::default()));
        value.map(|value| value.expose().clone()).map_err(|error| error.to_string())
    }

    #[test]
    fn variables_texts_and_references_are_told_apart() {
        assert_eq!(said("sqlite:shop.db").as_deref(), Ok("sqlite:shop.db"));
        assert_eq!(said("$HERE").as_deref(), Ok("there"));
        for name in ["EMPTY", "NOWHERE"] {
            assert_eq!(said(&format!("${name}")), Err(format!("the environment variable `{name}` is not set")));
        }
        let unknown = said("secret://SHOP_DB").expect_err("there is no book");
        assert!(unknown.contains("SHOP_DB"), "{unknown}");
    }
}
