//! `backup FILE`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::{configured, failed, show};

/// Pages copied at a time; writers of the running service get their turn between.
const PAGES_PER_STEP: i32 = 256;

/// Copies the database consistently, whole or not at all, and checks the copy.
pub fn backup(to: &Path) -> ExitCode {
    let config = match configured() {
        Ok(config) => config,
        Err(status) => return status,
    };
    if to.exists() {
        return failed(format!("cannot write `{}`", to.display()), "it exists", "name a file that does not exist");
    }
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = to.with_file_name(name);
    let copied = copy(&config.database, &partial).map_err(|error| error.to_string());
    match copied.and_then(|()| std::fs::rename(&partial, to).map_err(|error| error.to_string())) {
        Ok(()) => show(&format!("backed up `{}` to `{}`; integrity ok\n", config.database.display(), to.display())),
        Err(cause) => failed(
            format!("cannot back up `{}` to `{}`", config.database.display(), to.display()),
            cause,
            "check that the database exists and the target's folder has room",
        ),
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), rusqlite::Error> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    source.busy_timeout(Duration::from_secs(5))?;
    let mut copy = Connection::open(to)?;
    Backup::new(&source, &mut copy)?.run_to_completion(PAGES_PER_STEP, Duration::from_millis(1), None)?;
    let verdict: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(rusqlite::Error::InvalidParameterName(format!("the copy is damaged: {verdict}")));
    }
    Ok(())
}
