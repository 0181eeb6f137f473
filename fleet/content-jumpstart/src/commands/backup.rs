//! `backup FILE`.

use std::path::Path;
use std::process::ExitCode;

use rusqlite::{Connection, OpenFlags};

use super::{configured, failed, show};
use crate::config::Database;

/// Copies a SQLite database as it is at one moment, whole or not at all, and checks the copy. PostgreSQL has tools of its own.
pub fn backup(to: &Path) -> ExitCode {
    let config = match configured() {
        Ok(config) => config,
        Err(status) => return status,
    };
    let what = format!("cannot back up {} to `{}`", config.database.shown(), to.display());
    let Database::Sqlite(from) = &config.database else {
        return failed(what, "it is no SQLite file", "`pg_dump` copies a PostgreSQL database");
    };
    if to.exists() {
        return failed(what, "the file exists", "name a file that does not exist");
    }
    match copy(from, to) {
        Ok(word) if word == "ok" => show(&format!("backed up to `{}`; integrity ok\n", to.display())),
        Ok(word) => failed(what, format!("the copy is damaged: {word}"), "check the disk, then try again"),
        Err(error) => failed(what, error, "check that the folder has room and may be written to"),
    }
}

/// Gives the copy's own word on its integrity.
fn copy(from: &Path, to: &Path) -> Result<String, rusqlite::Error> {
    let source =
        Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    source.busy_timeout(std::time::Duration::from_secs(30))?;
    source.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    let copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    copy.query_row("PRAGMA integrity_check", [], |row| row.get(0))
}
