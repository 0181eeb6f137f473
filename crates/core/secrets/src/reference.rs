//! `secret://NAME[.PART][@VERSION]`: where a value is wanted, without the value.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::SecretName;

/// A place that wants a secret's value. Its text may stand in files, plans and journals.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference {
    /// Which secret.
    pub name: SecretName,
    /// What of it.
    pub part: Part,
    /// Which version of it.
    pub which: Which,
}

/// What of a secret is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The address, where the configuration says how it is made of user and password; else the value.
    Whole,
    /// The value alone, where the whole is an address.
    Password,
    /// The user that the value belongs to.
    User,
}

/// Which version is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Which {
    /// The one in use.
    Current,
    /// The other one that is to be accepted, during a rotation; there may be none.
    Previous,
    /// That number.
    Number(u32),
}

/// Why a text is no reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no reference to a secret: write `secret://NAME`, `secret://NAME@previous` or `secret://NAME@3`")]
pub struct ReferenceError(String);

/// How each reference begins.
const SCHEME: &str = "secret://";

impl Reference {
    /// Whether the text means to be one.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(SCHEME)
    }

    /// The whole of the version in use.
    pub fn current(name: SecretName) -> Reference {
        Reference { name, part: Part::Whole, which: Which::Current }
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Reference, ReferenceError> {
        let wrong = || ReferenceError(text.chars().take(80).collect());
        let rest = text.strip_prefix(SCHEME).ok_or_else(wrong)?;
        let (rest, which) = match rest.split_once('@') {
            None => (rest, Which::Current),
            Some((rest, "current")) => (rest, Which::Current),
            Some((rest, "previous")) => (rest, Which::Previous),
            Some((rest, number)) => (rest, Which::Number(number.parse().map_err(|_| wrong())?)),
        };
        let (name, part) = match rest.split_once('.') {
            None => (rest, Part::Whole),
            Some((name, "password")) => (name, Part::Password),
            Some((name, "user")) => (name, Part::User),
            Some(_) => return Err(wrong()),
        };
        Ok(Reference { name: name.parse().map_err(|_| wrong())?, part, which })
    }
}

impl TryFrom<String> for Reference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Reference, ReferenceError> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> String {
        reference.to_string()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", self.name)?;
        match self.part {
            Part::Whole => {}
            Part::Password => f.write_str(".password")?,
            Part::User => f.write_str(".user")?,
        }
        match self.which {
            Which::Current => Ok(()),
            Which::Previous => f.write_str("@previous"),
            Which::Number(number) => write!(f, "@{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_read_back_as_they_are_written() {
        for text in
            ["secret://A", "secret://A@previous", "secret://A@12", "secret://A.user", "secret://A.password@previous"]
        {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
        }
        assert_eq!("secret://A@current".parse::<Reference>().unwrap().to_string(), "secret://A");
    }

    #[test]
    fn others_are_refused() {
        for text in ["A", "secret:A", "secret://", "secret://A@soon", "secret://A.host", "secret://a/b"] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }
}
