//! The schema's versions: plain SQL up and down, applied in order, each in one transaction with its record.

use std::path::Path;

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use crate::store;

/// One step of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its place in the order, from 1.
    pub version: i64,
    /// For people.
    pub name: &'static str,
    up: &'static str,
    down: &'static str,
}

macro_rules! migration {
    ($version:literal, $name:literal, $file:literal) => {
        Migration {
            version: $version,
            name: $name,
            up: include_str!(concat!("../migrations/sqlite/", $file, ".up.sql")),
            down: include_str!(concat!("../migrations/sqlite/", $file, ".down.sql")),
        }
    };
}

/// Every migration this version knows, in order.
pub const ALL: [Migration; 5] = [
    migration!(1, "users", "0001_users"),
    migration!(2, "universes and elements", "0002_universes"),
    migration!(3, "components", "0003_components"),
    migration!(4, "media and relationships", "0004_media_and_relationships"),
    migration!(5, "search", "0005_search"),
];

/// The newest version known here.
pub const LATEST: i64 = ALL[ALL.len() - 1].version;

/// A migration and whether it is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub version: i64,
    pub name: String,
    /// When (RFC 3339); `None`: pending.
    pub applied_at: Option<String>,
    /// Whether this version of the service knows it; a newer release may have applied more.
    pub known: bool,
}

/// Why the schema was not moved.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database refused.
    #[error("{doing}: {source}")]
    Database {
        /// A verb phrase.
        doing: String,
        /// Its answer.
        source: rusqlite::Error,
    },
    /// The SQL of an applied migration is not the SQL known here.
    #[error("migration {version} was applied with other SQL than this version knows; run the version that applied it")]
    Changed {
        /// Which one.
        version: i64,
    },
    /// A newer release applied it, so only that release knows how to undo it.
    #[error("migration {version} is not known to this version; run the newer version to undo it")]
    Unknown {
        /// Which one.
        version: i64,
    },
}

fn database(doing: impl Into<String>) -> impl FnOnce(rusqlite::Error) -> MigrationError {
    let doing = doing.into();
    |source| MigrationError::Database { doing, source }
}

/// A database whose schema can be moved.
pub struct Migrator {
    connection: Connection,
}

struct Applied {
    version: i64,
    name: String,
    checksum: String,
    applied_at: String,
}

impl Migrator {
    /// Opens the file, creating it and the record of migrations if needed.
    pub fn open(path: &Path) -> Result<Migrator, MigrationError> {
        let connection = store::connect(path).map_err(database(format!("opening `{}`", path.display())))?;
        let sql = "CREATE TABLE IF NOT EXISTS schema_migrations (
                       version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL
                   ) STRICT";
        connection.execute_batch(sql).map_err(database("creating the record of migrations"))?;
        Ok(Migrator { connection })
    }

    /// Every migration known or applied, in order.
    pub fn status(&self) -> Result<Vec<State>, MigrationError> {
        let applied = self.applied()?;
        let mut states: Vec<State> = applied
            .iter()
            .map(|one| State {
                version: one.version,
                name: one.name.clone(),
                applied_at: Some(one.applied_at.clone()),
                known: ALL.iter().any(|known| known.version == one.version),
            })
            .collect();
        let pending = ALL.iter().filter(|known| applied.iter().all(|one| one.version != known.version));
        states.extend(pending.map(|one| State {
            version: one.version,
            name: one.name.to_owned(),
            applied_at: None,
            known: true,
        }));
        states.sort_by_key(|state| state.version);
        Ok(states)
    }

    /// Applies what is pending, in order; gives what was applied. Two processes at once are safe: one does it, the
    /// other finds it done.
    pub fn up(&mut self) -> Result<Vec<Migration>, MigrationError> {
        self.check_known_sql()?;
        let mut done = Vec::new();
        for migration in ALL {
            let doing = || format!("applying migration {} ({})", migration.version, migration.name);
            let transaction = self
                .connection
                .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
                .map_err(database(doing()))?;
            let record = "INSERT INTO schema_migrations VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
            let row =
                params![migration.version, migration.name, checksum(&migration), jiff::Timestamp::now().to_string()];
            if transaction.execute(record, row).map_err(database(doing()))? == 1 {
                transaction.execute_batch(migration.up).map_err(database(doing()))?;
                done.push(migration);
            }
            transaction.commit().map_err(database(doing()))?;
        }
        Ok(done)
    }

    /// Undoes the newest `count` applied migrations, newest first; gives what was undone.
    pub fn down(&mut self, count: usize) -> Result<Vec<Migration>, MigrationError> {
        self.check_known_sql()?;
        let mut done = Vec::new();
        for applied in self.applied()?.iter().rev().take(count) {
            let known = ALL.into_iter().find(|known| known.version == applied.version);
            let migration = known.ok_or(MigrationError::Unknown { version: applied.version })?;
            let doing = || format!("undoing migration {} ({})", migration.version, migration.name);
            let transaction = self
                .connection
                .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
                .map_err(database(doing()))?;
            transaction.execute_batch(migration.down).map_err(database(doing()))?;
            let record = "DELETE FROM schema_migrations WHERE version = ?1";
            transaction.execute(record, [migration.version]).map_err(database(doing()))?;
            transaction.commit().map_err(database(doing()))?;
            done.push(migration);
        }
        Ok(done)
    }

    fn applied(&self) -> Result<Vec<Applied>, MigrationError> {
        let read = || -> Result<Vec<Applied>, rusqlite::Error> {
            let sql = "SELECT version, name, checksum, applied_at FROM schema_migrations ORDER BY version";
            let mut statement = self.connection.prepare(sql)?;
            let rows = statement.query_map([], |row| {
                Ok(Applied { version: row.get(0)?, name: row.get(1)?, checksum: row.get(2)?, applied_at: row.get(3)? })
            })?;
            rows.collect()
        };
        read().map_err(database("reading the record of migrations"))
    }

    fn check_known_sql(&self) -> Result<(), MigrationError> {
        for applied in self.applied()? {
            let known = ALL.iter().find(|known| known.version == applied.version);
            if known.is_some_and(|known| checksum(known) != applied.checksum) {
                return Err(MigrationError::Changed { version: applied.version });
            }
        }
        Ok(())
    }
}

/// SHA-256 of the SQL, as 64 hexadecimal digits.
fn checksum(migration: &Migration) -> String {
    hex::encode(Sha256::digest(format!("{}\n{}", migration.up, migration.down)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_from_one_without_gaps() {
        let versions: Vec<i64> = ALL.iter().map(|one| one.version).collect();
        assert_eq!(versions, (1..=LATEST).collect::<Vec<_>>());
    }

    #[test]
    fn goes_up_down_and_up_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut migrator = Migrator::open(&folder.path().join("a.db")).unwrap();
        assert_eq!(migrator.up().unwrap().len(), ALL.len());
        assert!(migrator.up().unwrap().is_empty());
        let undone: Vec<i64> = migrator.down(2).unwrap().iter().map(|one| one.version).collect();
        assert_eq!(undone, [LATEST, LATEST - 1]);
        let pending = migrator.status().unwrap().iter().filter(|state| state.applied_at.is_none()).count();
        assert_eq!(pending, 2);
        assert_eq!(migrator.up().unwrap().len(), 2);
        migrator.down(99).unwrap();
        let tables: i64 = migrator
            .connection
            .query_row(
                "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name <> 'schema_migrations'",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(tables, 0);
    }

    #[test]
    fn what_a_newer_release_applied_is_shown_kept_and_not_undone_blindly() {
        let folder = tempfile::tempdir().unwrap();
        let mut migrator = Migrator::open(&folder.path().join("a.db")).unwrap();
        migrator.up().unwrap();
        migrator.connection.execute("INSERT INTO schema_migrations VALUES (99, 'later', 'x', 'now')", []).unwrap();
        assert!(migrator.up().unwrap().is_empty());
        assert!(!migrator.status().unwrap().last().unwrap().known);
        assert!(matches!(migrator.down(1), Err(MigrationError::Unknown { version: 99 })));
    }

    #[test]
    fn changed_sql_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let mut migrator = Migrator::open(&folder.path().join("a.db")).unwrap();
        migrator.up().unwrap();
        migrator.connection.execute("UPDATE schema_migrations SET checksum = 'x' WHERE version = 2", []).unwrap();
        assert!(matches!(migrator.up(), Err(MigrationError::Changed { version: 2 })));
    }
}
