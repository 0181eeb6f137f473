//! The schema's versions, in the words of each database; the same numbers mean the same things in both.

use fleet_kit::migrations::{Migration, MigrationError, Migrator};

use crate::config::Database;

macro_rules! migrations {
    ($dialect:literal: $($version:literal $name:literal $file:literal),+ $(,)?) => {
        [$(Migration {
            version: $version,
            name: $name,
            up: include_str!(concat!("../migrations/", $dialect, "/", $file, ".up.sql")),
            down: include_str!(concat!("../migrations/", $dialect, "/", $file, ".down.sql")),
        }),+]
    };
}

macro_rules! dialect {
    ($dialect:literal) => {
        migrations![$dialect:
            1 "users" "0001_users",
            2 "universes and elements" "0002_universes",
            3 "components" "0003_components",
            4 "media and relationships" "0004_media_and_relationships",
            5 "search" "0005_search",
            6 "removals" "0006_removals",
        ]
    };
}

static SQLITE: [Migration; 6] = dialect!("sqlite");
static POSTGRES: [Migration; 6] = dialect!("postgres");

/// The newest version known here.
pub fn latest() -> i64 {
    SQLITE.iter().map(|one| one.version).max().unwrap_or(0)
}

/// The configured database, ready to be moved.
pub async fn migrator(database: &Database) -> Result<Migrator, MigrationError> {
    match database {
        Database::Sqlite(path) => Migrator::sqlite(path, &SQLITE),
        Database::Postgres { url, .. } => Migrator::postgres(url, &POSTGRES).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_from_one_without_gaps_in_both() {
        for list in [&SQLITE, &POSTGRES] {
            let versions: Vec<i64> = list.iter().map(|one| one.version).collect();
            assert_eq!(versions, (1..=latest()).collect::<Vec<_>>());
        }
    }
}
