//! Where a database is: `postgres://`, `mysql://`, `mariadb://`, `sqlite:` or a path.

use std::path::{Path, PathBuf};

use callsheet_base::Secret;
use callsheet_migrations::Engine;
use url::Url;

/// A database's address. Its text is a secret: it holds the password.
#[derive(Clone, Debug)]
pub enum Address {
    /// PostgreSQL.
    Postgres(Secret<String>),
    /// MySQL or MariaDB.
    Mysql(Secret<String>),
    /// A file.
    Sqlite(PathBuf),
}

/// Why a text is no database's address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not a URL.
    #[error("the database's address is no URL: write `postgres://user@host/name`, `mysql://…` or `sqlite:PATH`")]
    NotAUrl,
    /// A kind that is not known.
    #[error("`{0}` is no kind of database that is known here: use postgres, mysql, mariadb or sqlite")]
    UnknownScheme(String),
}

// === impl Address ===

impl Address {
    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        match self {
            Address::Postgres(_) => Engine::Postgres,
            Address::Mysql(_) => Engine::Mysql,
            Address::Sqlite(_) => Engine::Sqlite,
        }
    }

    /// Reads an address as services write it in `DATABASE_URL`; driver suffixes (`postgresql+asyncpg://`) are passed over.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            let path = path.split('?').next().unwrap_or_default();
            return Ok(Address::Sqlite(PathBuf::from(path)));
        }
        let (scheme, rest) = text.split_once("://").ok_or(AddressError::NotAUrl)?;
        let kind = scheme.split('+').next().unwrap_or_default();
        let plain = |scheme: &str| {
            let address = format!("{scheme}://{rest}");
            Url::parse(&address).map_err(|_| AddressError::NotAUrl)?;
            Ok(Secret::new(address))
        };
        match kind {
            "postgres" | "postgresql" => Ok(Address::Postgres(plain("postgresql")?)),
            "mysql" | "mariadb" => Ok(Address::Mysql(plain("mysql")?)),
            other => Err(AddressError::UnknownScheme(other.to_owned())),
        }
    }

    /// With a file's path counted from `folder`, wherever the program was started.
    pub fn in_folder(self, folder: &Path) -> Address {
        match self {
            Address::Sqlite(path) if path != Path::new(":memory:") => Address::Sqlite(folder.join(path)),
            other => other,
        }
    }

    /// Which engine, and where, without credentials: `PostgreSQL at db:5432`.
    pub fn describe(&self) -> String {
        let place = |url: &Secret<String>, port: u16| match Url::parse(url.expose()) {
            Ok(url) => {
                let host = url.host_str().filter(|host| !host.is_empty()).unwrap_or("a local socket");
                format!("{host}:{}", url.port().unwrap_or(port))
            }
            Err(_) => "an unreadable address".to_owned(),
        };
        match self {
            Address::Postgres(url) => format!("PostgreSQL at {}", place(url, 5432)),
            Address::Mysql(url) => format!("MySQL at {}", place(url, 3306)),
            Address::Sqlite(path) => format!("SQLite at {}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart_and_shown_without_credentials() {
        let address = Address::parse("postgresql+asyncpg://app:hunter2hunter2@db.internal:6432/main").unwrap();
        assert_eq!(address.describe(), "PostgreSQL at db.internal:6432");
        assert!(!format!("{address:?}").contains("hunter2"));
        assert_eq!(Address::parse("mariadb://u:p@h/x").unwrap().describe(), "MySQL at h:3306");
        assert_eq!(Address::parse("sqlite:///var/lib/a.db").unwrap().describe(), "SQLite at /var/lib/a.db");
        assert_eq!(Address::parse("sqlite:a.db?mode=rw").unwrap().describe(), "SQLite at a.db");
    }

    #[test]
    fn others_are_refused() {
        assert_eq!(Address::parse("host/db").unwrap_err(), AddressError::NotAUrl);
        assert_eq!(Address::parse("oracle://h/x").unwrap_err(), AddressError::UnknownScheme("oracle".to_owned()));
    }
}
