//! The file's format: its version, and the steps that lead an older file to it.

use std::path::Path;

use callsheet_journal::JournalError;
use rusqlite::{Connection, TransactionBehavior};

use crate::failure::Failures;

/// The format this version writes. A file with a higher one is refused, never guessed at.
pub const FORMAT: u32 = MIGRATIONS.len() as u32;

/// "Clsh" in SQLite's header: tells `file` and us that this is a journal.
const APPLICATION_ID: i32 = 0x436c_7368;

/// Statements that lead from format `i` to format `i + 1`. Entries never change once released; new ones are added at the end.
const MIGRATIONS: &[&str] = &[include_str!("schema/0001_first.sql")];

/// Brings the file to [`FORMAT`] in one transaction.
pub(crate) fn migrate(connection: &mut Connection, place: &Path) -> Result<(), JournalError> {
    let failures = Failures::new(place);
    let opening = |error| failures.of("open", error);
    if format_of(connection).map_err(opening)? == FORMAT {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(opening)?;
    // Read again under the lock: another process may have migrated meanwhile.
    let found = format_of(&transaction).map_err(opening)?;
    if found > FORMAT {
        return Err(JournalError::TooNew { place: place.display().to_string(), found, known: FORMAT });
    }
    if found == 0 {
        refuse_a_stranger(&transaction, &failures)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(opening)?;
    }
    for statements in &MIGRATIONS[found as usize..] {
        transaction.execute_batch(statements).map_err(opening)?;
    }
    transaction.pragma_update(None, "user_version", FORMAT).map_err(opening)?;
    transaction.commit().map_err(opening)
}

fn format_of(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// A database with tables but without our format number is somebody else's.
fn refuse_a_stranger(connection: &Connection, failures: &Failures) -> Result<(), JournalError> {
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| failures.of("open", error))?;
    if tables > 0 {
        return Err(failures.damaged("it is a database of another program"));
    }
    Ok(())
}
