//! Where the database is, and as whom the service signs in there.

use fleet_kit::config::{Reader, Secret};

use super::SERVICE;
use super::address::{Credentials, with_credentials};

const CONNECTIONS: usize = 10;

/// Reads `DATABASE_URL`, `DATABASE_USER`, `SUPABASE_KEY` and `DATABASE_POOL_SIZE`.
pub(super) fn read(reader: &mut Reader) -> (Secret, usize) {
    let connections_most = reader.parsed("DATABASE_POOL_SIZE", CONNECTIONS, "a whole number");
    if !(1..=200).contains(&connections_most) {
        reader.fault("DATABASE_POOL_SIZE", format!("is {connections_most}; give 1 to 200"));
    }
    let url = reader.secret("DATABASE_URL");
    let given = Credentials { user: reader.text("DATABASE_USER"), password: reader.secret("SUPABASE_KEY") };
    let Some(url) = url else {
        let what = "is missing; give `postgres://user@host/database`, and the password as `SUPABASE_KEY`";
        reader.fault("DATABASE_URL", what);
        return (Secret::new(String::new()), connections_most);
    };
    match whole(&url, &given) {
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

fn whole(url: &Secret, given: &Credentials) -> Result<Secret, String> {
    let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| url.expose().starts_with(scheme));
    let parsed = url::Url::parse(url.expose()).ok().filter(|_| is_postgres);
    let parsed = parsed.ok_or("names no PostgreSQL database; give `postgres://user@host/database`")?;
    if given.user.is_none() && given.password.is_none() {
        return Ok(url.clone());
    }
    with_credentials(parsed, given).map_err(|misfit| format!("{misfit} (`DATABASE_USER`, `SUPABASE_KEY`)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_postgresql_is_taken() {
        let url = |text: &str| Secret::new(text.to_owned());
        let none = Credentials::default();
        assert_eq!(whole(&url("postgres://app:x@db/grants"), &none).unwrap().expose(), "postgres://app:x@db/grants");
        for wrong in ["mysql://app@db/grants", "nonsense"] {
            assert!(whole(&url(wrong), &none).is_err(), "{wrong}");
        }
    }
}
