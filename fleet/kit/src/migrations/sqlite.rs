//! Migrations of a SQLite file.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, params};

use super::{Applied, Doing, Ground, Migration, MigrationError, applying, checksum, undoing};

/// A file whose schema moves.
pub(super) struct File(Connection);

fn database(doing: impl Into<String>) -> impl FnOnce(rusqlite::Error) -> MigrationError {
    let doing = doing.into();
    |error| MigrationError::Database { doing, cause: error.to_string() }
}

impl File {
    pub(super) fn open(path: &Path) -> Result<File, MigrationError> {
        let connection = crate::sqlite::connect(path).map_err(database(format!("opening `{}`", path.display())))?;
        let sql = "CREATE TABLE IF NOT EXISTS schema_migrations (
                       version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL
                   ) STRICT";
        connection.execute_batch(sql).map_err(database("creating the record of migrations"))?;
        Ok(File(connection))
    }

    fn read(&self) -> Result<Vec<Applied>, rusqlite::Error> {
        let sql = "SELECT version, name, checksum, applied_at FROM schema_migrations ORDER BY version";
        let mut statement = self.0.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(Applied { version: row.get(0)?, name: row.get(1)?, checksum: row.get(2)?, applied_at: row.get(3)? })
        })?;
        rows.collect()
    }

    fn forward(&mut self, migration: &Migration) -> Result<bool, rusqlite::Error> {
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let record = "INSERT INTO schema_migrations VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        let at = jiff::Timestamp::now().to_string();
        let row = params![migration.version, migration.name, checksum(migration), at];
        let is_new = transaction.execute(record, row)? == 1;
        if is_new {
            transaction.execute_batch(migration.up)?;
        }
        transaction.commit()?;
        Ok(is_new)
    }

    fn backward(&mut self, migration: &Migration) -> Result<(), rusqlite::Error> {
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration.down)?;
        transaction.execute("DELETE FROM schema_migrations WHERE version = ?1", [migration.version])?;
        transaction.commit()
    }
}

impl Ground for File {
    fn applied(&mut self) -> Doing<'_, Vec<Applied>> {
        let read = self.read().map_err(database("reading the record of migrations"));
        Box::pin(async { read })
    }

    fn apply(&mut self, migration: Migration) -> Doing<'_, bool> {
        let applied = self.forward(&migration).map_err(database(applying(&migration)));
        Box::pin(async { applied })
    }

    fn undo(&mut self, migration: Migration) -> Doing<'_, ()> {
        let undone = self.backward(&migration).map_err(database(undoing(&migration)));
        Box::pin(async { undone })
    }
}
