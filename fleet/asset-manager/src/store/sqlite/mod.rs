//! SQLite in WAL mode: one writer thread with group commit, a few readers.

mod components;
mod elements;
mod readers;
mod search;
mod universes;
mod users;
mod writer;

use std::path::Path;
use std::time::Duration;

use fleet_kit::Faults;
use fleet_kit::faults::Injected;
use rusqlite::{Connection, OpenFlags};

use super::{Answer, Condition, Store, StoreError};
use crate::story::ComponentId;
use readers::Readers;
use writer::Writer;

/// A SQLite file.
pub struct Sqlite {
    writer: Writer,
    readers: Readers,
    faults: Faults,
}

impl Sqlite {
    /// Opens an existing, migrated file.
    pub fn open(path: &Path, faults: Faults) -> Result<Sqlite, rusqlite::Error> {
        let writer = Writer::start(connect(path)?);
        Ok(Sqlite { writer, readers: Readers::open(path)?, faults })
    }

    async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, StoreError> {
        injected(doing, self.faults.query("database").await.and_then(|()| self.faults.disk_write()))?;
        self.writer.write(doing, work).await
    }

    async fn read<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        injected(doing, self.faults.query("database").await)?;
        self.readers.read(doing, work).await
    }
}

fn injected(doing: &'static str, outcome: Result<(), Injected>) -> Result<(), StoreError> {
    outcome.map_err(|fault| StoreError::Failed { doing, cause: fault.to_string() })
}

/// Opens the file for reading and writing, creating it if needed; WAL, durable commits, foreign keys.
pub fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.set_prepared_statement_cache_capacity(64);
    // Per connection; the system caches the file for all of them.
    connection.pragma_update(None, "cache_size", -1024)?;
    Ok(connection)
}

/// Why a unit of work was not done.
enum Refusal {
    Missing,
    Stale { current: i64 },
    EmailTaken,
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Refusal {
        Refusal::Database(error)
    }
}

impl Refusal {
    fn into_error(self, doing: &'static str) -> StoreError {
        match self {
            Refusal::Missing => StoreError::Missing,
            Refusal::Stale { current } => StoreError::Stale { current },
            Refusal::EmailTaken => StoreError::EmailTaken,
            Refusal::Database(error) => StoreError::Failed { doing, cause: error.to_string() },
        }
    }
}

/// What a versioned update or delete that touched no row means. `select` reads the version of row `?1`.
fn untouched(connection: &Connection, select: &str, id: &str) -> Refusal {
    use rusqlite::OptionalExtension;
    match connection.query_row(select, [id], |row| row.get(0)).optional() {
        Ok(Some(current)) => Refusal::Stale { current },
        Ok(None) => Refusal::Missing,
        Err(error) => Refusal::Database(error),
    }
}

/// Whether the error says that the row pointed to is gone.
fn parent_is_gone(error: rusqlite::Error) -> Refusal {
    match error.sqlite_error() {
        Some(failure) if failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Refusal::Missing,
        _ => Refusal::Database(error),
    }
}

/// The components selected by `sql`, whose parent is `?1`, that have files.
fn with_files(connection: &Connection, sql: &str, parent: &str) -> Result<Vec<ComponentId>, rusqlite::Error> {
    let sql = format!("{sql} AND c.kind IN ('image', 'video', 'audio', 'model_3d')");
    connection.prepare_cached(&sql)?.query_map([parent], |row| id(row, 0))?.collect()
}

/// Now, as stored: RFC 3339 in UTC with milliseconds.
fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

/// A column that holds one of our ids.
fn id<T: std::str::FromStr<Err = uuid::Error>>(row: &rusqlite::Row<'_>, column: usize) -> Result<T, rusqlite::Error> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error: uuid::Error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// A column that holds one of our ids, or nothing.
fn optional_id<T: std::str::FromStr<Err = uuid::Error>>(
    row: &rusqlite::Row<'_>,
    column: usize,
) -> Result<Option<T>, rusqlite::Error> {
    if row.get_ref(column)? == rusqlite::types::ValueRef::Null { Ok(None) } else { id(row, column).map(Some) }
}

impl Store for Sqlite {
    fn check(&self) -> Answer<'_, Condition> {
        Box::pin(async {
            self.write("taking the write lock", |_| Ok(())).await?;
            let version = self.read("reading the schema's version", |connection| {
                connection.query_row("SELECT coalesce(max(version), 0) FROM schema_migrations", [], |row| row.get(0))
            });
            Ok(Condition { schema_version: version.await? })
        })
    }
}
