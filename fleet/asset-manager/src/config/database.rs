//! Which database: a SQLite file, or a PostgreSQL server.

use std::path::{Path, PathBuf};

use fleet_kit::config::{Profile, Reader, Secret};

/// Where rows are kept.
#[derive(Clone, Debug)]
pub enum Database {
    /// `sqlite:/path/to/file.db`.
    Sqlite(PathBuf),
    /// `postgres://…`, with how many connections at most.
    Postgres { url: Secret, connections_most: usize },
}

impl Database {
    /// As named to people; never an address, which may hold a password.
    pub fn shown(&self) -> String {
        match self {
            Database::Sqlite(path) => format!("`{}`", path.display()),
            Database::Postgres { .. } => "the PostgreSQL database".to_owned(),
        }
    }
}

const CONNECTIONS: usize = 10;

/// Reads `DATABASE_URL` and `DATABASE_POOL_SIZE`.
pub(super) fn read(reader: &mut Reader, profile: Profile, home: &Path) -> Database {
    let connections_most = reader.parsed("DATABASE_POOL_SIZE", CONNECTIONS, "a whole number");
    if !(1..=200).contains(&connections_most) {
        reader.fault("DATABASE_POOL_SIZE", format!("is {connections_most}; give 1 to 200"));
    }
    let Some(url) = reader.secret("DATABASE_URL") else {
        if profile.is_strict() {
            let what = format!(
                "is missing, which only `dev` allows; in {profile} give `postgres://user:password@host/database` or `sqlite:/path/to/file.db`"
            );
            reader.fault("DATABASE_URL", what);
        }
        return Database::Sqlite(home.join("asset-manager.db"));
    };
    if let Some(path) = url.expose().strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if !path.is_empty() && !path.contains(['?', '\0']) && path != ":memory:" {
            return Database::Sqlite(PathBuf::from(path));
        }
    } else if ["postgres://", "postgresql://"].iter().any(|scheme| url.expose().starts_with(scheme)) {
        // The URL is not repeated in messages: it may hold a password.
        if let Err(error) = fleet_kit::postgres::Pool::open(&url, crate::config::SERVICE, 1) {
            reader.fault("DATABASE_URL", format!("cannot be used: {error}"));
        }
        return Database::Postgres { url, connections_most };
    }
    reader.fault(
        "DATABASE_URL",
        "names no database; give `postgres://user:password@host/database` or `sqlite:/path/to/file.db`",
    );
    Database::Sqlite(PathBuf::new())
}
