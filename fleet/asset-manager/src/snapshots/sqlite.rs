//! Snapshots of a SQLite file, by its online backup.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::{SnapshotError, beside, file};

/// Pages copied at a time; writers of the running service get their turn between.
const PAGES_PER_STEP: i32 = 256;

fn refused(doing: &'static str) -> impl Fn(rusqlite::Error) -> SnapshotError {
    move |error| SnapshotError::Database { doing, cause: error.to_string() }
}

/// Copies consistently and checks the copy.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), SnapshotError> {
    let copied = || -> Result<String, rusqlite::Error> {
        let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        source.busy_timeout(Duration::from_secs(5))?;
        let mut copy = Connection::open(to)?;
        Backup::new(&source, &mut copy)?.run_to_completion(PAGES_PER_STEP, Duration::from_millis(1), None)?;
        copy.query_row("PRAGMA integrity_check", [], |row| row.get(0))
    };
    match copied().map_err(refused("copying the database"))?.as_str() {
        "ok" => Ok(()),
        verdict => {
            Err(SnapshotError::Database { doing: "checking the copy", cause: format!("it is damaged: {verdict}") })
        }
    }
}

/// Puts the snapshot in the file's place; what was there is kept beside it, ending in `.before-restore`.
pub(super) fn restore(from: &Path, to: &Path) -> Result<(), SnapshotError> {
    if to.exists() {
        checkpoint(to)?;
        copy(to, &beside(to, ".before-restore"))?;
    }
    let fresh = beside(to, ".restoring");
    copy(from, &fresh)?;
    fs::rename(&fresh, to).map_err(file("replacing", to))?;
    for log in ["-wal", "-shm"] {
        let path = beside(to, log);
        if path.exists() {
            fs::remove_file(&path).map_err(file("removing", &path))?;
        }
    }
    Ok(())
}

/// Moves the log into the file, which shows that nobody else has it open.
fn checkpoint(path: &Path) -> Result<(), SnapshotError> {
    let moved = || -> Result<i64, rusqlite::Error> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
    };
    // A file too damaged to be opened is what restoring is for.
    match moved() {
        Ok(1) => Err(SnapshotError::Database {
            doing: "preparing the database",
            cause: "it is in use; stop the service first".to_owned(),
        }),
        Ok(_) | Err(_) => Ok(()),
    }
}
