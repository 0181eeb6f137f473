//! Where the database is, and its password.

use fleet_kit::config::{Reader, Secret};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::SERVICE;

const CONNECTIONS: usize = 10;

/// Reads `DATABASE_URL`, `SUPABASE_KEY` and `DATABASE_POOL_SIZE`.
pub(super) fn read(reader: &mut Reader) -> (Secret, usize) {
    let connections_most = reader.parsed("DATABASE_POOL_SIZE", CONNECTIONS, "a whole number");
    if !(1..=200).contains(&connections_most) {
        reader.fault("DATABASE_POOL_SIZE", format!("is {connections_most}; give 1 to 200"));
    }
    let url = reader.secret("DATABASE_URL");
    let key = reader.secret("SUPABASE_KEY");
    let Some(url) = url else {
        reader.fault(
            "DATABASE_URL",
            "is missing; give `postgres://user@host/database`, and the password as `SUPABASE_KEY`",
        );
        return (Secret::new(String::new()), connections_most);
    };
    match with_password(&url, key.as_ref()) {
        Ok(url) => {
            // The URL is not repeated in messages: it may hold a password.
            if let Err(error) = fleet_kit::postgres::Pool::open(&url, SERVICE, 1) {
                reader.fault("DATABASE_URL", format!("cannot be used: {error}"));
            }
            (url, connections_most)
        }
        Err(what) => {
            reader.fault("DATABASE_URL", what);
            (url, connections_most)
        }
    }
}

/// The address with the password in its place.
fn with_password(url: &Secret, key: Option<&Secret>) -> Result<Secret, &'static str> {
    let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| url.expose().starts_with(scheme));
    let parsed = url::Url::parse(url.expose()).ok().filter(|_| is_postgres);
    let Some(mut parsed) = parsed else {
        return Err("names no PostgreSQL database; give `postgres://user@host/database`");
    };
    let Some(key) = key else { return Ok(url.clone()) };
    if parsed.password().is_some() {
        return Err("holds a password beside `SUPABASE_KEY`; leave one of them out");
    }
    if parsed.username().is_empty() {
        return Err("names no user for `SUPABASE_KEY`; give `postgres://user@host/database`");
    }
    let encoded = utf8_percent_encode(key.expose(), NON_ALPHANUMERIC).to_string();
    parsed.set_password(Some(&encoded)).map_err(|()| "takes no password")?;
    Ok(Secret::new(parsed.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_comes_from_one_place() {
        let url = |text: &str| Secret::new(text.to_owned());
        let key = url("a/b@c d%");
        let whole = with_password(&url("postgres://app@db:5432/grants"), Some(&key)).unwrap();
        assert_eq!(whole.expose(), "postgres://app:a%2Fb%40c%20d%25@db:5432/grants");
        assert_eq!(
            with_password(&url("postgres://app:x@db/grants"), None).unwrap().expose(),
            "postgres://app:x@db/grants"
        );
        for wrong in ["postgres://app:x@db/grants", "postgres://db/grants", "mysql://app@db/grants", "nonsense"] {
            assert!(with_password(&url(wrong), Some(&key)).is_err(), "{wrong}");
        }
    }
}
