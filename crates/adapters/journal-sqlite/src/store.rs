//! Opening the file, and what is remembered while it is open.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use callsheet_base::RunId;
use callsheet_journal::{Head, JournalError};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::blobs::BlobFolder;
use crate::failure::Failures;
use crate::reserve::Reserve;
use crate::schema;

/// The journal's file within the state folder.
pub const JOURNAL_FILE: &str = "journal.db";

/// What may be set; the default is right for production.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long a commit waits for another process that is writing.
    pub busy_wait: Duration,
    /// The file may not grow beyond this many bytes (rounded down to pages); then commits fail with `Full`.
    pub largest_bytes: Option<u64>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { busy_wait: Duration::from_secs(10), largest_bytes: None }
    }
}

/// A journal in a state folder. One per thread; several processes may have one open on the same folder.
#[derive(Debug)]
pub struct SqliteJournal {
    pub(crate) connection: Connection,
    pub(crate) folder: PathBuf,
    pub(crate) blobs: BlobFolder,
    pub(crate) reserve: Reserve,
    pub(crate) failures: Failures,
    /// Runs this process has appended to: their row number and the head it left. Records are never removed, so a remembered
    /// head can only lag behind the file's; the next insert then collides and shows it.
    pub(crate) known: HashMap<RunId, (i64, Head)>,
}

impl SqliteJournal {
    /// Opens the journal of the state folder `folder`, which is made (readable by its owner only) if it is not there.
    /// Fails with `TooNew` for a file of a newer version and `Damaged` for one that is no journal.
    pub fn open(folder: &Path, settings: Settings) -> Result<SqliteJournal, JournalError> {
        let failures = failures(folder, settings);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| failures.io("make the folder of", error))?;
        let opened = SqliteJournal::open_as(Sharing::Shared, folder, settings)?;
        opened.reserve.keep();
        Ok(opened)
    }

    /// Opens a journal whose disk is too full for what processes share of it: to read it, and to make room with [`SqliteJournal::prune`].
    /// Nobody else can open it meanwhile, so not for long.
    pub fn open_on_full_disk(folder: &Path, settings: Settings) -> Result<SqliteJournal, JournalError> {
        SqliteJournal::open_as(Sharing::Alone, folder, settings)
    }

    fn open_as(sharing: Sharing, folder: &Path, settings: Settings) -> Result<SqliteJournal, JournalError> {
        let file = folder.join(JOURNAL_FILE);
        let failures = failures(folder, settings);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opening = |error| failures.of("open", error);
        let mut connection = Connection::open_with_flags(&file, flags).map_err(opening)?;
        if let Sharing::Alone = sharing {
            // Before anything else: then the index of the log is kept in memory and takes no room on the disk.
            connection.pragma_update(None, "locking_mode", "exclusive").map_err(opening)?;
        }
        configure(&connection, settings).map_err(opening)?;
        schema::migrate(&mut connection, &file)?;
        if let Some(bytes) = settings.largest_bytes {
            limit_size(&connection, bytes).map_err(opening)?;
        }
        connection.set_prepared_statement_cache_capacity(32);
        let blobs = BlobFolder::new(&folder.join("blobs"));
        let reserve = Reserve::of(folder);
        Ok(SqliteJournal { connection, folder: folder.to_owned(), blobs, reserve, failures, known: HashMap::new() })
    }

    /// The state folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of large blobs.
    pub fn blobs(&self) -> &BlobFolder {
        &self.blobs
    }

    /// A number that changes whenever another connection has committed. Cheap: followers poll it.
    pub fn version(&self) -> Result<i64, JournalError> {
        self.connection
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map_err(|error| self.failures.of("read", error))
    }
}

#[derive(Clone, Copy)]
enum Sharing {
    Shared,
    Alone,
}

fn failures(folder: &Path, settings: Settings) -> Failures {
    let mut failures = Failures::new(&folder.join(JOURNAL_FILE));
    failures.wait_ms = settings.busy_wait.as_millis() as u64;
    failures
}

fn configure(connection: &Connection, settings: Settings) -> rusqlite::Result<()> {
    connection.busy_timeout(settings.busy_wait)?;
    enter_wal(connection, settings.busy_wait)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // Small pages of cache keep an idle `serve` small; the operating system caches the file.
    connection.pragma_update(None, "cache_size", -2000)
}

/// The very first switch to WAL does not wait for another process that is doing the same: so wait here.
fn enter_wal(connection: &Connection, wait: Duration) -> rusqlite::Result<()> {
    let started = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && started.elapsed() < wait => {
                std::thread::sleep(Duration::from_millis(2));
            }
            result => return result,
        }
    }
}

fn limit_size(connection: &Connection, bytes: u64) -> rusqlite::Result<()> {
    let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let pages = i64::try_from(bytes).unwrap_or(i64::MAX) / page;
    connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
}
