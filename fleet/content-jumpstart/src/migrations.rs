//! The schema's versions, in the words of each database; the same numbers mean the same things in both. The files are
//! `callsheet migrate`'s, too: where it keeps the history, this program moves nothing and reads that history.

use fleet_kit::migrations::{Migration, MigrationError, Migrator};

use crate::config::Database;
use crate::release::Release;

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
            1 "accounts" "0001_accounts",
            2 "clients and briefs" "0002_clients",
            3 "projects and posts" "0003_projects",
            4 "deliverables" "0004_deliverables",
            5 "voice samples" "0005_voice_samples",
            6 "voice samples moved" "0006_voice_samples_moved",
        ]
    };
}

static SQLITE: [Migration; 6] = dialect!("sqlite");
static POSTGRES: [Migration; 6] = dialect!("postgres");

/// The configured database, ready to be moved up to what the release needs: what closes an old place is not done by a start.
pub async fn migrator(database: &Database, release: Release) -> Result<Migrator, MigrationError> {
    let known = usize::try_from(release.needs()).unwrap_or(0);
    match database {
        Database::Sqlite(path) => Migrator::sqlite(path, &SQLITE[..known]),
        Database::Postgres { url, .. } => Migrator::postgres(url, &POSTGRES[..known]).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_from_one_without_gaps_in_both() {
        for list in [&SQLITE, &POSTGRES] {
            let versions: Vec<i64> = list.iter().map(|one| one.version).collect();
            assert_eq!(versions, [1, 2, 3, 4, 5, 6]);
        }
    }
}
