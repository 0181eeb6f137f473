//! Snapshots of a SQLite file, by its online backup.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{SnapshotError, beside, file};

/// Pages copied at a time; writers of the running service get their turn between.
const PAGES_PER_STEP: i32 = 256;
/// Running writers let go within this time.
const WRITERS_END: Duration = Duration::from_secs(5);

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

/// Puts the database back to the snapshot; what was there is kept beside it, ending in `.before-restore`. A service that runs sees
/// the change at its next statement. A file too damaged for that is replaced, and must not be open then.
pub(super) fn restore(from: &Path, to: &Path) -> Result<(), SnapshotError> {
    let damaged = [ErrorCode::NotADatabase, ErrorCode::DatabaseCorrupt];
    match over(from, to) {
        Err(error) if error.sqlite_error_code().is_some_and(|code| damaged.contains(&code)) => replace(from, to),
        restored => restored.map_err(refused("putting the database back")),
    }
}

/// Writes the snapshot over a sound database, as one transaction.
fn over(from: &Path, to: &Path) -> Result<(), rusqlite::Error> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut target = fleet_kit::sqlite::connect(to)?;
    let kept = beside(to, ".before-restore");
    let mut copy = Connection::open(&kept)?;
    Backup::new(&target, &mut copy)?.run_to_completion(PAGES_PER_STEP, Duration::from_millis(1), None)?;
    let patience = Instant::now() + WRITERS_END;
    let back = Backup::new(&source, &mut target)?;
    loop {
        match back.step(-1)? {
            StepResult::Done => return Ok(()),
            _ if Instant::now() >= patience => return Err(busy()),
            _ => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn busy() -> rusqlite::Error {
    let words = "others write to it without a pause".to_owned();
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), Some(words))
}

/// Puts the snapshot in the file's place.
fn replace(from: &Path, to: &Path) -> Result<(), SnapshotError> {
    fs::copy(to, beside(to, ".before-restore")).map_err(file("keeping", to))?;
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
