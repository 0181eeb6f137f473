//! An address, and user and password that are given apart from it: a store of secrets that lets two users take turns gives those, and
//! knows nothing of hosts.

use fleet_kit::config::Secret;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// What is given beside an address.
#[derive(Default)]
pub(super) struct Credentials {
    pub(super) user: Option<String>,
    pub(super) password: Option<Secret>,
}

/// Why they do not fit together; a sentence's end, after the address's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Misfit {
    #[error("holds a user beside the one that is given apart; leave one of them out")]
    TwoUsers,
    #[error("holds a password beside the one that is given apart; leave one of them out")]
    TwoPasswords,
    #[error("names no user for the password that is given apart")]
    NoUser,
    #[error("takes no user and no password")]
    Takes,
}

/// The address with them in their places.
pub(super) fn with_credentials(mut url: Url, given: &Credentials) -> Result<Secret, Misfit> {
    if let Some(user) = &given.user {
        if !url.username().is_empty() {
            return Err(Misfit::TwoUsers);
        }
        url.set_username(&encoded(user)).map_err(|()| Misfit::Takes)?;
    }
    if let Some(password) = &given.password {
        if url.password().is_some() {
            return Err(Misfit::TwoPasswords);
        }
        if url.username().is_empty() {
            return Err(Misfit::NoUser);
        }
        url.set_password(Some(&encoded(password.expose()))).map_err(|()| Misfit::Takes)?;
    }
    Ok(Secret::new(url.to_string()))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, user: Option<&str>, password: Option<&str>, expected: Result<&str, Misfit>) {
        let given = Credentials {
            user: user.map(str::to_owned),
            password: password.map(|password| Secret::new(password.to_owned())),
        };
        let whole = with_credentials(Url::parse(url).unwrap(), &given).map(|whole| whole.expose().to_owned());
        assert_eq!(whole.as_deref(), expected.as_ref().map(|text| *text), "{url}");
    }

    #[test]
    fn user_and_password_come_from_one_place_each() {
        check("postgres://app@db/grants", None, Some("a/b@c d%"), Ok("postgres://app:a%2Fb%40c%20d%25@db/grants"));
        check("postgres://db:5432/grants", Some("app"), Some("x"), Ok("postgres://app:x@db:5432/grants"));
        check("redis://db:6379/0", Some("app_a"), Some("x"), Ok("redis://app%5Fa:x@db:6379/0"));
        check("postgres://app:x@db/grants", None, None, Ok("postgres://app:x@db/grants"));
        check("postgres://app:x@db/grants", None, Some("y"), Err(Misfit::TwoPasswords));
        check("postgres://app@db/grants", Some("other"), None, Err(Misfit::TwoUsers));
        check("postgres://db/grants", None, Some("y"), Err(Misfit::NoUser));
    }
}
