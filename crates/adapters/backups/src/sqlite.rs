//! SQLite, by its online backup interface: readers and writers go on meanwhile.

use std::io::{Read, Write as _};
use std::path::Path;
use std::time::Duration;

use callsheet_backups::{Content, Position};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use sha2::Digest as _;

use crate::BackupError;
use crate::feed::{Feed, Seen};
use crate::scratch;

/// Pages copied between two chances for writers.
const PAGES: i32 = 4096;

/// A writer of a file that is not in WAL mode makes the copy begin anew; after so many times writers wait.
const ANEW: u32 = 3;

pub(crate) fn feed(path: &Path, scratch_in: &Path) -> Result<Feed, BackupError> {
    let folder = scratch::folder(scratch_in)?;
    let copy = folder.path().join("copy.db");
    copied(path, &copy)?;
    let about = std::fs::metadata(&copy).map(|file| file.len()).ok();
    let stream = std::fs::File::open(&copy).map_err(BackupError::file("cannot read the copy"))?;
    let end = move || {
        let contents = contents(&copy)?;
        drop(folder);
        Ok(Seen { contents, position: Position::None })
    };
    let version = rusqlite::version().to_owned();
    Ok(Feed {
        stream: Box::new(stream),
        about,
        tool: format!("sqlite3_backup {version}"),
        server: version,
        end: Box::new(end),
    })
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, BackupError> {
    let refused = || BackupError::sqlite(format!("cannot open `{}`", path.display()));
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(refused())?;
    connection.busy_timeout(Duration::from_secs(30)).map_err(refused())?;
    Ok(connection)
}

fn copied(path: &Path, to: &Path) -> Result<(), BackupError> {
    let failed = || BackupError::sqlite(format!("cannot copy `{}`", path.display()));
    let source = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mode: String = source.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(failed())?;
    if mode == "wal" {
        // A transaction that reads holds its snapshot, and nobody waits for it.
        source.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;").map_err(failed())?;
    }
    let mut target = Connection::open(to).map_err(failed())?;
    let backup = Backup::new(&source, &mut target).map_err(failed())?;
    let (mut remaining, mut anew) = (i32::MAX, 0);
    loop {
        let pages = if anew < ANEW { PAGES } else { -1 };
        match backup.step(pages).map_err(failed())? {
            StepResult::Done => return Ok(()),
            StepResult::More => {
                let left = backup.progress().remaining;
                anew += u32::from(left > remaining);
                remaining = left;
            }
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// What a file holds: rows of each table with a digest that does not depend on their order. The file is also checked as SQLite itself checks it.
pub(crate) fn contents(path: &Path) -> Result<Vec<Content>, BackupError> {
    let failed = || BackupError::sqlite(format!("cannot count `{}`", path.display()));
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let sound: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(failed())?;
    if sound != "ok" {
        return Err(BackupError::Refused(format!("SQLite finds `{}` damaged: {sound}", path.display())));
    }
    let mut contents = Vec::new();
    for kind in ["index", "view", "trigger"] {
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type = ?1";
        let count: i64 = connection.query_row(sql, [kind], |row| row.get(0)).map_err(failed())?;
        let plural = if kind == "index" { "(indexes)".to_owned() } else { format!("({kind}s)") };
        contents.push(Content { name: plural, count: count.unsigned_abs(), digest: None });
    }
    let mut names = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND (name NOT LIKE 'sqlite\\_%' ESCAPE '\\' OR name = 'sqlite_sequence')")
        .map_err(failed())?;
    let names = names.query_map([], |row| row.get::<_, String>(0)).map_err(failed())?;
    for name in names.collect::<Result<Vec<_>, _>>().map_err(failed())? {
        let (count, digest) = rows(&connection, &name).map_err(failed())?;
        contents.push(Content { name, count, digest: Some(digest.to_string()) });
    }
    contents.sort();
    Ok(contents)
}

/// How many, and the sum of the first 64 bits of each row's SHA-256.
fn rows(connection: &Connection, name: &str) -> rusqlite::Result<(u64, u128)> {
    let mut statement = connection.prepare(&format!("SELECT * FROM \"{}\"", name.replace('"', "\"\"")))?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let (mut count, mut sum) = (0u64, 0u128);
    while let Some(row) = rows.next()? {
        let mut hasher = sha2::Sha256::new();
        for at in 0..columns {
            let (kind, bytes): (u8, &[u8]) = match row.get_ref(at)? {
                ValueRef::Null => (0, &[]),
                ValueRef::Integer(number) => (1, &number.to_le_bytes()),
                ValueRef::Real(number) => (2, &number.to_bits().to_le_bytes()),
                ValueRef::Text(text) => (3, text),
                ValueRef::Blob(bytes) => (4, bytes),
            };
            hasher.update([kind]);
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        }
        let hash: [u8; 32] = hasher.finalize().into();
        let first = hash[..8].iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        sum += u128::from(first);
        count += 1;
    }
    Ok((count, sum))
}

/// Writes a backup into a new file.
pub(crate) fn unpack(backup: &mut dyn Read, to: &Path) -> Result<(), BackupError> {
    let failed = || BackupError::file(format!("cannot write `{}`", to.display()));
    let mut file = std::fs::File::create_new(to).map_err(failed())?;
    let mut buffer = vec![0; 128 << 10];
    loop {
        let read = backup.read(&mut buffer).map_err(BackupError::file("cannot read the backup"))?;
        if read == 0 {
            return file.sync_all().map_err(failed());
        }
        file.write_all(&buffer[..read]).map_err(failed())?;
    }
}

/// Puts the file `from` into the place of what is at `to`, in one transaction; connections that are open see it afterwards.
pub(crate) fn replace(from: &Path, to: &Path) -> Result<(), BackupError> {
    let failed = || BackupError::sqlite(format!("cannot replace `{}`", to.display()));
    let source = open(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mut target = open(to, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    let backup = Backup::new(&source, &mut target).map_err(failed())?;
    // Writers who hold the file are waited for a while.
    for _ in 0..600 {
        match backup.step(-1).map_err(failed())? {
            StepResult::Done => return Ok(()),
            _ => std::thread::sleep(Duration::from_millis(50)),
        }
    }
    Err(BackupError::Locked(format!("`{}` is held by somebody else for longer than half a minute", to.display())))
}

/// Whether there is anything that a restore would replace.
pub(crate) fn is_empty(path: &Path) -> Result<bool, BackupError> {
    if !path.exists() {
        return Ok(true);
    }
    let failed = || BackupError::sqlite(format!("cannot read `{}`", path.display()));
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let count: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed())?;
    Ok(count == 0)
}

/// Asks a file; lines with tabs.
pub(crate) fn query(path: &Path, sql: &str) -> Result<String, BackupError> {
    let failed = || BackupError::sqlite("the query failed");
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare(sql).map_err(failed())?;
    let columns = statement.column_count();
    let mut rows = statement.query([]).map_err(failed())?;
    let mut lines = String::new();
    while let Some(row) = rows.next().map_err(failed())? {
        let text = |at| {
            Ok(match row.get_ref(at)? {
                ValueRef::Null => String::new(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            })
        };
        let values = (0..columns).map(text).collect::<rusqlite::Result<Vec<_>>>().map_err(failed())?;
        lines.push_str(&values.join("\t"));
        lines.push('\n');
    }
    Ok(lines)
}
