//! Making a backup.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use callsheet_backups::{BackupId, Compression, Engine, Kind, Manifest};
use jiff::Timestamp;
use ring::rand::SecureRandom as _;

use crate::feed::Feed;
use crate::{BackupError, Place, Repository, lock, mysql, postgres, redis, sqlite};

/// What is backed up, and how.
#[derive(Clone, Debug)]
pub struct Creation {
    /// The database.
    pub place: Place,
    /// Its rows, or the server's files.
    pub kind: Kind,
    /// Where a copy may lie while it is stored (SQLite, Redis), and the lock does.
    pub folder: PathBuf,
    /// Who makes it.
    pub by: String,
}

/// How far a backup or restore is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Bytes so far, as the tool gives or takes them.
    pub bytes: u64,
    /// About how many there will be.
    pub about: Option<u64>,
    /// Since it began.
    pub elapsed: Duration,
}

/// Told how far it is, several times a second.
pub type Watch<'w> = &'w mut dyn FnMut(Progress);

/// Between two words on how far it is.
const TOLD: Duration = Duration::from_millis(200);

/// Makes a backup. Whatever goes wrong, there is none: its manifest is written last.
pub fn create(repository: &Repository, creation: &Creation, watch: Watch<'_>) -> Result<Manifest, BackupError> {
    let _lock = lock::lock(&creation.folder, &repository.database)?;
    let started = Timestamp::now();
    let mut random = [0; 2];
    let no_random = |_| BackupError::Refused("the system gives no random bytes".to_owned());
    ring::rand::SystemRandom::new().fill(&mut random).map_err(no_random)?;
    let id = BackupId::new(started, u16::from_be_bytes(random));
    let feed = feed(creation)?;
    let made = store(repository, creation, &id, started, feed, watch);
    if made.is_err() {
        // What is left is no backup anyway, and goes with the next `prune`.
        let _removed = repository.remove(&id);
    }
    made
}

fn feed(creation: &Creation) -> Result<Feed, BackupError> {
    std::fs::create_dir_all(&creation.folder).map_err(BackupError::file("cannot make the folder for copies"))?;
    match (&creation.place, creation.kind) {
        (Place::Server(server), kind) => match (creation.place.engine(), kind) {
            (Engine::Postgres, Kind::Logical) => postgres::logical::feed(server),
            (Engine::Postgres, Kind::Physical) => postgres::physical::feed(server),
            (Engine::Mysql, Kind::Logical) => mysql::logical::feed(server),
            (Engine::Redis, Kind::Logical) => redis::feed(server, &creation.folder),
            (engine, Kind::Physical) => Err(physical(engine)),
            (Engine::Sqlite, Kind::Logical) => Err(BackupError::Refused("SQLite has files, no servers".to_owned())),
        },
        (Place::File(_), Kind::Physical) => Err(physical(Engine::Sqlite)),
        (Place::File(path), Kind::Logical) => sqlite::feed(path, &creation.folder),
    }
}

fn physical(engine: Engine) -> BackupError {
    BackupError::Refused(format!(
        "`kind = \"physical\"` is for PostgreSQL; of {} there are logical backups",
        engine.name()
    ))
}

fn store(
    repository: &Repository,
    creation: &Creation,
    id: &BackupId,
    started: Timestamp,
    feed: Feed,
    watch: Watch<'_>,
) -> Result<Manifest, BackupError> {
    let Feed { mut stream, about, tool, server, end } = feed;
    let folder = repository.folder(id);
    let database = repository.database.as_str();
    let mut sink = repository.sink(&folder, id.as_str())?;
    let began = Instant::now();
    let mut told = began;
    let (mut buffer, mut bytes) = (vec![0; 128 << 10], 0);
    loop {
        let read = stream.read(&mut buffer).map_err(BackupError::file(format!("cannot read from `{tool}`")))?;
        if read == 0 {
            break;
        }
        sink.take(&buffer[..read])?;
        bytes += read as u64;
        if told.elapsed() >= TOLD {
            told = Instant::now();
            watch(Progress { bytes, about, elapsed: began.elapsed() });
        }
    }
    // Only what the tool was content with becomes a backup.
    let seen = end()?;
    let stored = sink.finish()?;
    watch(Progress { bytes, about: Some(bytes), elapsed: began.elapsed() });
    let manifest = Manifest {
        schema: Manifest::SCHEMA.to_owned(),
        id: id.clone(),
        database: database.to_owned(),
        place: creation.place.describe(),
        engine: creation.place.engine(),
        server,
        kind: creation.kind,
        tool,
        started,
        ended: Timestamp::now(),
        size: stored.size,
        digest: stored.digest,
        compression: Compression::Zstd,
        recipients: repository.recipients.texts().to_vec(),
        chunks: stored.chunks,
        position: seen.position,
        contents: seen.contents,
        parent: None,
        by: creation.by.clone(),
    };
    let text = repository.sealed(&manifest)?;
    if !repository.storage.put_new(&format!("{folder}/manifest"), text)? {
        return Err(BackupError::Refused(format!("there is a backup {id} already")));
    }
    Ok(manifest)
}
