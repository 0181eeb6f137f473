//! A backup, restored into an instance of its own: booted, counted, asked.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use callsheet_backups::{Answer, Content, Engine, Kind, Manifest, Query};
use callsheet_base::Duration;
use jiff::Timestamp;

use crate::create::{Progress, Watch};
use crate::postgres::desk::Desk;
use crate::postgres::scratch::Until;
use crate::{BackupError, Place, Repository, log, mysql, postgres, redis, sqlite};

/// Up to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upto {
    /// As it was when the backup was made.
    Backup,
    /// As far as the archived log goes.
    Newest,
    /// As it was just before that instant.
    Instant(Timestamp),
}

/// A restored database that runs.
pub(crate) struct Instance {
    server: Kept,
    folder: PathBuf,
}

enum Kept {
    Postgres { server: postgres::scratch::Scratch, database: String },
    Mysql(mysql::scratch::Scratch),
    Sqlite(PathBuf),
    Redis(redis::Scratch),
}

impl Instance {
    /// Restores a backup into `folder`, and starts it. `place`: where it came from, whose user and database names hold in the server's files.
    pub(crate) fn restore(
        repository: &Repository,
        manifest: &Manifest,
        place: Option<&Place>,
        upto: Upto,
        folder: &Path,
        watch: Watch<'_>,
    ) -> Result<Instance, BackupError> {
        if manifest.kind != Kind::Physical && upto != Upto::Backup {
            let what = "only a backup of the server's files (`kind = \"physical\"`) can be brought to a later instant";
            return Err(BackupError::Refused(what.to_owned()));
        }
        let mut source =
            Watched { source: repository.open(manifest)?, about: manifest.size, began: Instant::now(), watch };
        let server = match (manifest.engine, manifest.kind) {
            (Engine::Postgres, Kind::Logical) => {
                let server = postgres::scratch::Scratch::fresh(folder)?;
                // The watch stays with us: `pg_restore` is fed from another thread.
                let mut source = source.source;
                server.load(&mut source)?;
                drained(&mut source)?;
                Kept::Postgres { server, database: "restored".to_owned() }
            }
            (Engine::Postgres, Kind::Physical) => {
                log::check(repository, manifest, upto)?;
                let mut server = postgres::scratch::Scratch::unpack(folder, &mut source)?;
                drained(&mut source)?;
                let system = log::system(manifest)?;
                let mut desk = Desk::new(folder, Box::new(|name, to| log::fetch(repository, &system, name, to)));
                let until = match upto {
                    Upto::Backup => Until::BackupEnd,
                    Upto::Newest => Until::LogEnd,
                    Upto::Instant(instant) => Until::Instant(instant),
                };
                let (user, database) = names(place);
                server.start_restored(&user, until, &mut desk)?;
                Kept::Postgres { server, database }
            }
            (Engine::Mysql, _) => {
                let server = mysql::scratch::Scratch::fresh(folder)?;
                server.load(&mut source)?;
                drained(&mut source)?;
                Kept::Mysql(server)
            }
            (Engine::Sqlite, _) => {
                let file = folder.join("restored.db");
                sqlite::unpack(&mut source, &file)?;
                Kept::Sqlite(file)
            }
            (Engine::Redis, _) => Kept::Redis(redis::Scratch::load(folder, &mut source)?),
        };
        Ok(Instance { server, folder: folder.to_owned() })
    }

    /// What it holds.
    pub(crate) fn contents(&self) -> Result<Vec<Content>, BackupError> {
        match &self.server {
            Kept::Postgres { server, database } => server.contents(database),
            Kept::Mysql(server) => server.contents(),
            Kept::Sqlite(file) => sqlite::contents(file),
            Kept::Redis(server) => server.contents(),
        }
    }

    /// Asks it.
    pub(crate) fn ask(&self, query: &Query) -> Answer {
        let began = Instant::now();
        let said = match &self.server {
            Kept::Postgres { server, database } => server.query(database, &query.text),
            Kept::Mysql(server) => server.query(&query.text),
            Kept::Sqlite(file) => sqlite::query(file, &query.text),
            Kept::Redis(server) => server.query(&query.text),
        };
        let took = Duration::from_millis(began.elapsed().as_millis() as u64);
        let (said, good) = match said {
            Ok(said) => {
                let said = said.trim_end().to_owned();
                match query.expect.as_ref().map(|expected| expected.trim_end()).filter(|expected| *expected != said) {
                    Some(expected) => (format!("{said}, expected {expected}"), false),
                    None => (said, true),
                }
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                (cause.unwrap_or_else(|| error.to_string()), false)
            }
        };
        Answer { query: query.text.clone(), said, good, took }
    }

    /// What it is, with its version.
    pub(crate) fn describe(&self, manifest: &Manifest) -> String {
        let version = match &self.server {
            Kept::Postgres { server, .. } => server.version().ok(),
            Kept::Mysql(server) => {
                let query = Query { text: "SELECT VERSION()".to_owned(), expect: None };
                server.query(&query.text).ok().map(|version| version.trim().to_owned())
            }
            Kept::Sqlite(_) => Some(rusqlite::version().to_owned()),
            Kept::Redis(_) => None,
        };
        format!("{} {}", manifest.engine.name(), version.unwrap_or_else(|| manifest.server.clone()))
    }

    /// Ends it in good order; its files stay. Gives how it is started again.
    pub(crate) fn keep(mut self) -> Result<String, BackupError> {
        let folder = self.folder.display();
        match &mut self.server {
            Kept::Postgres { server, .. } => {
                server.stop()?;
                synced(&self.folder)?;
                let program = postgres::program("pg_ctl")?;
                // Not where the live one listens, and not into its archive.
                let options = format!("-k {folder}/s -c listen_addresses= -c port=5432 -c archive_mode=off");
                Ok(format!("{} -D {folder}/data -o '{options}' start", program.display()))
            }
            Kept::Mysql(server) => {
                server.stop()?;
                synced(&self.folder)?;
                Ok(mysql::scratch::how_to_start(&self.folder))
            }
            Kept::Sqlite(file) => Ok(format!("sqlite3 {}", file.display())),
            Kept::Redis(server) => {
                server.stop();
                Ok(format!("redis-server --dir {folder} --dbfilename dump.rdb"))
            }
        }
    }
}

/// A scratch server does not sync, for speed; one that is kept may be put into service, so its files must be on the disk.
fn synced(folder: &Path) -> Result<(), BackupError> {
    let failed = BackupError::file("cannot bring the restored files onto the disk");
    let opened = std::fs::File::open(folder);
    opened.and_then(|folder| rustix::fs::syncfs(&folder).map_err(Into::into)).map_err(failed)
}

/// User and database of the server that the files came from.
fn names(place: Option<&Place>) -> (String, String) {
    let server = match place {
        Some(Place::Server(server)) => Some(server),
        Some(Place::File(_)) | None => None,
    };
    let user = server.and_then(|server| server.user.clone()).unwrap_or_else(|| "postgres".to_owned());
    let database = server.map(|server| server.database.clone()).filter(|name| !name.is_empty());
    (user, database.unwrap_or_else(|| "postgres".to_owned()))
}

/// Reads to the end, where the whole is checked: a tool may have stopped reading before.
pub(crate) fn drained(source: &mut dyn Read) -> Result<(), BackupError> {
    let mut buffer = vec![0; 64 << 10];
    while source.read(&mut buffer).map_err(BackupError::file("cannot read the backup's end"))? > 0 {}
    Ok(())
}

/// Tells how far the reading is.
struct Watched<'w> {
    source: crate::pipeline::Source,
    about: u64,
    began: Instant,
    watch: Watch<'w>,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(buffer)?;
        let progress = Progress { bytes: self.source.size(), about: Some(self.about), elapsed: self.began.elapsed() };
        (self.watch)(progress);
        Ok(read)
    }
}
