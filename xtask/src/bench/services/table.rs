//! Which services are measured, on which servers, with which settings.

use std::fmt;

use callsheet_servers::{Mariadb, Postgres, Redis};

use super::{EMAIL, PASSWORD};

/// A service under measurement.
pub(super) struct Under {
    /// Its package, its program and its story in the load program.
    pub(super) name: &'static str,
    pub(super) on: On,
    /// The setting that names the folder for what it keeps.
    pub(super) home: &'static str,
    /// Its other settings.
    pub(super) settings: &'static [(&'static str, &'static str)],
}

/// What a service keeps its data in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// A file of its own.
    Sqlite,
    Postgres,
    PostgresAndRedis,
    MariadbAndRedis,
}

impl fmt::Display for On {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str(match self {
            On::Sqlite => "SQLite",
            On::Postgres => "PostgreSQL",
            On::PostgresAndRedis => "PostgreSQL and Redis",
            On::MariadbAndRedis => "MariaDB and Redis",
        })
    }
}

const KEY: &str = "0123456789abcdef0123456789abcdef-bench";
const OTHER_KEY: &str = "fedcba9876543210fedcba9876543210-bench";

const ASSET_MANAGER: &[(&str, &str)] = &[("ADMIN_EMAIL", EMAIL), ("ADMIN_PASSWORD", PASSWORD), ("JWT_SECRET", KEY)];
const CONTENT_JUMPSTART: &[(&str, &str)] = &[
    ("OPERATOR_EMAIL", EMAIL),
    ("OPERATOR_PASSWORD", PASSWORD),
    ("SECRET_KEY", KEY),
    ("USER_REQUESTS_PER_MINUTE", "1000000"),
];
const FILM_STUDIO: &[(&str, &str)] =
    &[("OPERATOR_EMAIL", EMAIL), ("OPERATOR_PASSWORD", PASSWORD), ("JWT_SECRET", KEY), ("RATE_LIMIT_PER_MINUTE", "0")];
const GRANTS: &[(&str, &str)] = &[
    ("ADMIN_EMAIL", EMAIL),
    ("ADMIN_PASSWORD", PASSWORD),
    ("SESSION_SECRET", KEY),
    ("AFM_KEY", OTHER_KEY),
    ("MIGRATE_ON_START", "true"),
];
const VIDEO_EDITOR: &[(&str, &str)] =
    &[("OPERATOR_EMAIL", EMAIL), ("OPERATOR_PASSWORD", PASSWORD), ("JWT_SECRET", KEY), ("JOB_WORKERS", "1")];

pub(super) static SERVICES: [Under; 7] = [
    Under { name: "asset-manager", on: On::Sqlite, home: "ASSET_MANAGER_HOME", settings: ASSET_MANAGER },
    Under { name: "asset-manager", on: On::Postgres, home: "ASSET_MANAGER_HOME", settings: ASSET_MANAGER },
    Under { name: "content-jumpstart", on: On::Sqlite, home: "CONTENT_JUMPSTART_HOME", settings: CONTENT_JUMPSTART },
    Under { name: "content-jumpstart", on: On::Postgres, home: "CONTENT_JUMPSTART_HOME", settings: CONTENT_JUMPSTART },
    Under { name: "video-editor", on: On::PostgresAndRedis, home: "VIDEO_EDITOR_HOME", settings: VIDEO_EDITOR },
    Under { name: "grants", on: On::PostgresAndRedis, home: "STAGING_FOLDER", settings: GRANTS },
    Under { name: "film-studio", on: On::MariadbAndRedis, home: "FILM_STUDIO_HOME", settings: FILM_STUDIO },
];

/// The names, for a message.
pub(super) fn names() -> String {
    let mut names: Vec<&str> = SERVICES.iter().map(|one| one.name).collect();
    names.dedup();
    names.join(", ")
}

/// Servers of its own, which end with this.
pub(super) struct Servers {
    postgres: Option<Postgres>,
    mariadb: Option<Mariadb>,
    redis: Option<Redis>,
}

impl Servers {
    /// Durable, as a production's are: the test servers' own settings would not wait for the disk.
    pub(super) fn start(on: On) -> Servers {
        let postgres = matches!(on, On::Postgres | On::PostgresAndRedis).then(|| Postgres::start(&["fsync=on"]));
        let durable = ["--innodb-flush-log-at-trx-commit=1".to_owned(), "--innodb-buffer-pool-size=128M".to_owned()];
        let mariadb = (on == On::MariadbAndRedis).then(|| Mariadb::start_with(|_| durable.to_vec()));
        let redis = matches!(on, On::PostgresAndRedis | On::MariadbAndRedis).then(Redis::start);
        Servers { postgres, mariadb, redis }
    }

    /// Settings that lead a service to them.
    pub(super) fn addresses(&self) -> Vec<(&'static str, String)> {
        let database = self.postgres.as_ref().map(Postgres::fresh_database);
        let database = database.or_else(|| self.mariadb.as_ref().map(Mariadb::fresh_database));
        let redis = self.redis.as_ref().map(Redis::url);
        database.map(|url| ("DATABASE_URL", url)).into_iter().chain(redis.map(|url| ("REDIS_URL", url))).collect()
    }
}
