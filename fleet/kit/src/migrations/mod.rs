//! The schema's versions: plain SQL up and down, applied in order, each in one transaction with its record.
//!
//! The service brings its list, one per database it knows ([`Migration`]); this module keeps the table
//! `schema_migrations`, refuses SQL that was changed after it was applied, and lets two processes move the schema at once.

mod orders;
mod postgres;
mod sqlite;

use std::path::Path;
use std::pin::Pin;

use sha2::{Digest, Sha256};

use crate::config::Secret;

pub use orders::Migrate;
pub use postgres::refuse_if_callsheets;

/// One step of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its place in the order, from 1.
    pub version: i64,
    /// For people.
    pub name: &'static str,
    /// SQL that makes the step.
    pub up: &'static str,
    /// SQL that takes it back.
    pub down: &'static str,
}

/// A migration and whether it is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Its place in the order.
    pub version: i64,
    /// For people.
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
    #[error("{doing}: {cause}")]
    Database {
        /// A verb phrase.
        doing: String,
        /// Its answer.
        cause: String,
    },
    /// The SQL of an applied migration is not the SQL known here.
    #[error("migration {version} was applied with other SQL than this version knows; run the version that applied it")]
    Changed {
        /// Which one.
        version: i64,
    },
    /// Two histories of one database would contradict each other.
    #[error("Callsheet keeps this database's history: `callsheet migrate` moves its schema")]
    Callsheets,
    /// A newer release applied it, so only that release knows how to undo it.
    #[error("migration {version} is not known to this version; run the newer version to undo it")]
    Unknown {
        /// Which one.
        version: i64,
    },
}

/// A row of the record.
struct Applied {
    version: i64,
    name: String,
    checksum: String,
    applied_at: String,
}

type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, MigrationError>> + Send + 'a>>;

/// A database whose schema moves; every method is one transaction.
trait Ground: Send {
    /// The record, in order.
    fn applied(&mut self) -> Doing<'_, Vec<Applied>>;
    /// Records and applies one; `false` if it was recorded already.
    fn apply(&mut self, migration: Migration) -> Doing<'_, bool>;
    /// Undoes one and strikes its record.
    fn undo(&mut self, migration: Migration) -> Doing<'_, ()>;
}

/// A database and the migrations a service knows for it.
pub struct Migrator {
    ground: Box<dyn Ground>,
    known: &'static [Migration],
}

impl Migrator {
    /// Opens a SQLite file, creating it and the record of migrations if needed.
    pub fn sqlite(path: &Path, known: &'static [Migration]) -> Result<Migrator, MigrationError> {
        Ok(Migrator { ground: Box::new(sqlite::File::open(path)?), known })
    }

    /// Connects to PostgreSQL, creating the record of migrations if needed.
    pub async fn postgres(url: &Secret, known: &'static [Migration]) -> Result<Migrator, MigrationError> {
        Ok(Migrator { ground: Box::new(postgres::Server::connect(url).await?), known })
    }

    /// Every migration known or applied, in order.
    pub async fn status(&mut self) -> Result<Vec<State>, MigrationError> {
        let applied = self.ground.applied().await?;
        let is_known = |version| self.known.iter().any(|known| known.version == version);
        let is_pending = |known: &&Migration| applied.iter().all(|one| one.version != known.version);
        let pending = self.known.iter().filter(is_pending).map(|one| State {
            version: one.version,
            name: one.name.to_owned(),
            applied_at: None,
            known: true,
        });
        let done = applied.iter().map(|one| State {
            version: one.version,
            name: one.name.clone(),
            applied_at: Some(one.applied_at.clone()),
            known: is_known(one.version),
        });
        let mut states: Vec<State> = done.chain(pending).collect();
        states.sort_by_key(|state| state.version);
        Ok(states)
    }

    /// Applies what is pending, in order; gives what was applied. Two processes at once are safe: one does it, the
    /// other finds it done.
    pub async fn up(&mut self) -> Result<Vec<Migration>, MigrationError> {
        self.check_known_sql().await?;
        let mut done = Vec::new();
        for migration in self.known {
            if self.ground.apply(*migration).await? {
                done.push(*migration);
            }
        }
        Ok(done)
    }

    /// Undoes the newest `count` applied migrations, newest first; gives what was undone.
    pub async fn down(&mut self, count: usize) -> Result<Vec<Migration>, MigrationError> {
        self.check_known_sql().await?;
        let mut done = Vec::new();
        for applied in self.ground.applied().await?.iter().rev().take(count) {
            let known = self.known.iter().find(|known| known.version == applied.version);
            let migration = *known.ok_or(MigrationError::Unknown { version: applied.version })?;
            self.ground.undo(migration).await?;
            done.push(migration);
        }
        Ok(done)
    }

    async fn check_known_sql(&mut self) -> Result<(), MigrationError> {
        for applied in self.ground.applied().await? {
            let known = self.known.iter().find(|known| known.version == applied.version);
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

fn applying(migration: &Migration) -> String {
    format!("applying migration {} ({})", migration.version, migration.name)
}

fn undoing(migration: &Migration) -> String {
    format!("undoing migration {} ({})", migration.version, migration.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration =
        Migration { version: 1, name: "first", up: "CREATE TABLE a (x TEXT)", down: "DROP TABLE a" };
    const SECOND: Migration =
        Migration { version: 2, name: "second", up: "CREATE TABLE b (x TEXT)", down: "DROP TABLE b" };
    const BROKEN: Migration =
        Migration { version: 2, name: "second", up: "CREATE TABLE c (x TEXT); SELECT nonsense FROM c", down: "" };
    static OLD: [Migration; 1] = [FIRST];
    static NEW: [Migration; 2] = [FIRST, SECOND];
    static CHANGED: [Migration; 1] = [Migration { up: "CREATE TABLE a (y TEXT)", ..FIRST }];
    static FAILING: [Migration; 2] = [FIRST, BROKEN];

    fn versions(done: &[Migration]) -> Vec<i64> {
        done.iter().map(|one| one.version).collect()
    }

    /// The same story on every database; `open` gives a migrator that knows the list.
    async fn story(open: impl AsyncFn(&'static [Migration]) -> Migrator) {
        assert_eq!(versions(&open(&NEW).await.up().await.unwrap()), [1, 2]);
        let mut new = open(&NEW).await;
        assert!(new.up().await.unwrap().is_empty());
        assert_eq!(versions(&new.down(1).await.unwrap()), [2]);
        let pending: Vec<bool> = new.status().await.unwrap().iter().map(|one| one.applied_at.is_none()).collect();
        assert_eq!(pending, [false, true]);

        let mut failing = open(&FAILING).await;
        let told = failing.up().await.unwrap_err().to_string();
        assert!(told.contains("applying migration 2 (second)") && told.contains("nonsense"), "{told}");
        assert_eq!(versions(&new.up().await.unwrap()), [2], "a failed migration leaves nothing");

        // A release before this one sees a migration that it does not know, keeps it and does not undo it blindly.
        let mut old = open(&OLD).await;
        assert!(!old.status().await.unwrap()[1].known && old.up().await.unwrap().is_empty());
        assert!(matches!(old.down(1).await, Err(MigrationError::Unknown { version: 2 })));
        assert!(matches!(open(&CHANGED).await.up().await, Err(MigrationError::Changed { version: 1 })));
        assert_eq!(versions(&new.down(99).await.unwrap()), [2, 1]);

        // Two at once: each migration is applied once.
        let (mut one, mut other) = (open(&NEW).await, open(&NEW).await);
        let (first, second) = tokio::join!(one.up(), other.up());
        assert_eq!(first.unwrap().len() + second.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn sqlite_goes_up_and_down() {
        let folder = tempfile::tempdir().unwrap();
        story(async |known| Migrator::sqlite(&folder.path().join("a.db"), known).unwrap()).await;
    }

    #[tokio::test]
    async fn postgres_goes_up_and_down() {
        let server = callsheet_servers::Postgres::start(&[]);
        let url = Secret::new(server.url());
        story(async |known| Migrator::postgres(&url, known).await.unwrap()).await;
    }
}
