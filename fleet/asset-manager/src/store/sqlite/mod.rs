//! SQLite in WAL mode: one writer thread with group commit, a few readers.

mod census;
mod components;
mod drill;
mod elements;
mod readers;
mod search;
mod universes;
mod users;
mod writer;

use std::path::Path;

use fleet_kit::Faults;
use fleet_kit::sqlite::connect;
use rusqlite::Connection;
use serde_json::Value;

use super::{Answer, Condition, Store, StoreError, injected};
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

/// Notes that somebody wished this thing (`universe`, `element` or `component`) gone.
fn note_removal(connection: &Connection, thing: &str, id: &str) -> Result<(), rusqlite::Error> {
    let sql = "INSERT INTO removals (id, thing, removed_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    connection.prepare_cached(sql)?.execute(rusqlite::params![id, thing, now()]).map(|_| ())
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

    fn kind(&self) -> &'static str {
        "sqlite"
    }

    fn pool(&self) -> Option<Value> {
        None
    }
}
