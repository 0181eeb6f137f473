//! The database: always a MariaDB or MySQL server.

use std::time::Duration;

use fleet_kit::config::{Reader, Secret};

/// Where rows are kept, and how it is used.
#[derive(Clone, Debug)]
pub struct Database {
    /// `DATABASE_URL`: `mysql://user:password@host:3306/database`, without the pool's settings.
    pub url: Secret,
    /// `DATABASE_POOL_SIZE`, or `pool_max` in the address.
    pub connections_most: usize,
    /// `DATABASE_POOL_WAIT_SECONDS`: how long a request waits for a connection.
    pub wait: Duration,
    /// `SLOW_QUERY_MS`: statements that take longer are noted.
    pub slow_after: Duration,
}

const CONNECTIONS: usize = 10;
const WANTED: &str = "give `mysql://user:password@host:3306/database`";

pub(super) fn read(reader: &mut Reader) -> Database {
    let given = reader.secret("DATABASE_URL");
    if given.is_none() {
        reader.fault("DATABASE_URL", format!("is missing: films are kept in MariaDB or MySQL; {WANTED}"));
    }
    let (url, of_address) = given.map_or_else(|| (Secret::new(String::new()), None), |url| without_pool(&url));
    if !url.expose().is_empty() {
        check(reader, &url);
    }
    let connections_most = reader.parsed("DATABASE_POOL_SIZE", of_address.unwrap_or(CONNECTIONS), "a whole number");
    if !(1..=200).contains(&connections_most) {
        reader.fault("DATABASE_POOL_SIZE", format!("is {connections_most}; give 1 to 200"));
    }
    let slow_ms = reader.parsed("SLOW_QUERY_MS", 200_u64, "milliseconds");
    Database {
        url,
        connections_most,
        wait: reader.seconds("DATABASE_POOL_WAIT_SECONDS", 1.5, 60.0),
        slow_after: Duration::from_millis(slow_ms),
    }
}

/// The URL is not repeated in messages: it may hold a password.
fn check(reader: &mut Reader, url: &Secret) {
    let is_ours = ["mysql://", "mariadb://"].iter().any(|scheme| url.expose().starts_with(scheme));
    if !is_ours {
        return reader.fault("DATABASE_URL", format!("names no MariaDB or MySQL; {WANTED}"));
    }
    if let Err(cause) = callsheet_databases::mysql_tls::options(&as_mysql(url.expose())) {
        reader.fault("DATABASE_URL", format!("cannot be used: {cause}"));
    }
}

fn as_mysql(url: &str) -> String {
    url.strip_prefix("mariadb://").map_or_else(|| url.to_owned(), |rest| format!("mysql://{rest}"))
}

/// Takes `pool_max=N` out of the address's query, which the driver does not know in this sense.
fn without_pool(url: &Secret) -> (Secret, Option<usize>) {
    let Some((base, query)) = url.expose().split_once('?') else {
        return (Secret::new(as_mysql(url.expose())), None);
    };
    let mut most = None;
    let mut kept = Vec::new();
    for pair in query.split('&') {
        match pair.strip_prefix("pool_max=").map(str::parse) {
            Some(Ok(number)) => most = Some(number),
            _ => kept.push(pair),
        }
    }
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    (Secret::new(as_mysql(&format!("{base}{query}"))), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pool_settings_may_stand_in_the_address() {
        let (url, most) = without_pool(&Secret::new("mariadb://a:b@c/d?pool_max=25&ssl-mode=disabled".to_owned()));
        assert_eq!((url.expose(), most), ("mysql://a:b@c/d?ssl-mode=disabled", Some(25)));
    }
}
