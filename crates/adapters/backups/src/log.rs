//! Segments of PostgreSQL's write-ahead log: archived one by one as the server finishes them, handed out when a server is restored.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use callsheet_backups::wal::{Archived, Lsn, Segment, coverage};
use callsheet_backups::{Manifest, Position, unseal_record};
use callsheet_base::Digest;
use jiff::Timestamp;

use crate::instance::Upto;
use crate::pipeline::{Expected, Source};
use crate::{BackupError, Repository, sqlite};

/// What became of a segment that was to be archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archiving {
    /// It is stored.
    Stored,
    /// It was stored before, with the same bytes.
    Known,
}

/// Archives a file of the log's; the server is only told that it is when it is on the storage. `data`: the server's data folder, which says which cluster
/// it is.
pub fn archive(repository: &Repository, file: &Path, data: &Path) -> Result<Archiving, BackupError> {
    let unreadable = || BackupError::file(format!("cannot read `{}`", file.display()));
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let system = cluster(data)?;
    let folder = folder(repository, &system, &name);
    let digest = digest_of(file).map_err(unreadable())?;
    if let Some(known) = archived(repository, &system, &name)? {
        return if known.digest == digest {
            Ok(Archiving::Known)
        } else {
            Err(BackupError::Refused(format!(
                "{name} is archived already, with other bytes: two servers must not share one archive"
            )))
        };
    }
    let mut sink = repository.sink(&folder, &name)?;
    let mut open = File::open(file).map_err(unreadable())?;
    let mut buffer = vec![0; 128 << 10];
    loop {
        let read = open.read(&mut buffer).map_err(unreadable())?;
        if read == 0 {
            break;
        }
        sink.take(&buffer[..read])?;
    }
    let stored = sink.finish()?;
    let record = Archived {
        name,
        system,
        at: Timestamp::now(),
        size: stored.size,
        digest: stored.digest,
        encrypted: repository.is_encrypted(),
        chunks: stored.chunks,
    };
    let text = repository.sealed(&record)?;
    repository.storage.put(&format!("{folder}/manifest"), text)?;
    Ok(Archiving::Stored)
}

/// Hands a file of the log's out; false: there is none of that name.
pub fn fetch(repository: &Repository, system: &str, name: &str, to: &Path) -> Result<bool, BackupError> {
    let Some(record) = archived(repository, system, name)? else { return Ok(false) };
    let expected = Expected {
        database: repository.database.clone(),
        name: record.name,
        encrypted: record.encrypted,
        chunks: record.chunks,
        size: record.size,
        digest: record.digest,
    };
    let mut source =
        Source::open(&repository.storage, &folder(repository, system, name), expected, &repository.identities)?;
    sqlite::unpack(&mut source, to)?;
    Ok(true)
}

fn folder(repository: &Repository, system: &str, name: &str) -> String {
    format!("{}/wal/{system}/{name}", repository.database)
}

fn archived(repository: &Repository, system: &str, name: &str) -> Result<Option<Archived>, BackupError> {
    let damaged = |what: String| BackupError::Damaged { backup: name.to_owned(), what };
    let bytes = repository.storage.get(&format!("{}/manifest", folder(repository, system, name)))?;
    let Some(bytes) = bytes else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|error| damaged(error.to_string()))?;
    let record: Archived = unseal_record(&text, repository.key()).map_err(|why| damaged(why.to_string()))?;
    if record.name != name || record.system != system {
        return Err(damaged(format!("what lies there is {} of the cluster {}", record.name, record.system)));
    }
    Ok(Some(record))
}

/// The cluster that a backup is of.
pub(crate) fn system(manifest: &Manifest) -> Result<String, BackupError> {
    match &manifest.position {
        Position::Lsn { system, .. } => Ok(system.clone()),
        Position::None | Position::Binlog { .. } => {
            Err(BackupError::Refused(format!("of {} it is not recorded which cluster it is of", manifest.id)))
        }
    }
}

/// What is archived from a backup's end on: the names, and the last that is reached without a gap.
struct Reach {
    last: Option<String>,
    missing: Vec<String>,
}

fn reach(repository: &Repository, manifest: &Manifest) -> Result<Option<Reach>, BackupError> {
    let Position::Lsn { end, timeline, system, segment_bytes, .. } = &manifest.position else { return Ok(None) };
    let Ok(end) = end.parse::<Lsn>() else { return Ok(None) };
    let names = repository.storage.folders(&format!("{}/wal/{system}", repository.database))?;
    let first = Segment::at(end, *timeline, *segment_bytes);
    let coverage = coverage(first, names.iter().map(String::as_str), *segment_bytes);
    // The name as it is archived: the timeline may have changed on the way.
    let last = coverage.last.map(|last| last.name(*segment_bytes));
    let last = last.and_then(|last| names.iter().rev().find(|name| name.get(8..) == last.get(8..)).cloned());
    Ok(Some(Reach { last, missing: coverage.missing }))
}

/// Whether the log is there as far as it is needed.
pub(crate) fn check(repository: &Repository, manifest: &Manifest, upto: Upto) -> Result<(), BackupError> {
    if upto == Upto::Backup {
        return Ok(());
    }
    let Some(reach) = reach(repository, manifest)? else { return Ok(()) };
    let gap = || Err(BackupError::Gap { missing: reach.missing.clone() });
    let (Some(last), Upto::Instant(instant)) = (&reach.last, upto) else {
        return if reach.missing.is_empty() || reach.last.is_none() && upto == Upto::Newest { Ok(()) } else { gap() };
    };
    if reach.missing.is_empty() {
        return Ok(());
    }
    let record = archived(repository, &system(manifest)?, last)?;
    // What is missing came later than what is wanted.
    if record.is_some_and(|record| record.at > instant) { Ok(()) } else { gap() }
}

/// When the last segment was archived that a restore of this backup would reach.
pub(crate) fn reaches(repository: &Repository, manifest: &Manifest) -> Result<Option<Timestamp>, BackupError> {
    let Some(Reach { last: Some(last), .. }) = reach(repository, manifest)? else { return Ok(None) };
    Ok(archived(repository, &system(manifest)?, &last)?.map(|record| record.at))
}

/// Removes segments that no backup needs any more: those before the first segment of each one's own; gives how many.
pub(crate) fn prune(repository: &Repository, kept: &[&Manifest], pretend: bool) -> Result<usize, BackupError> {
    let mut removed = 0;
    for system in repository.storage.folders(&format!("{}/wal", repository.database))? {
        let firsts = kept.iter().filter_map(|manifest| match &manifest.position {
            Position::Lsn { start, timeline, system: of, segment_bytes, .. } if *of == system => {
                Some((Segment::at(start.parse().ok()?, *timeline, *segment_bytes), *segment_bytes))
            }
            _ => None,
        });
        // Without any backup of that cluster nothing is known of what is needed.
        let Some((first, segment_bytes)) = firsts.reduce(|a, b| if b.0.is_before(&a.0) { b } else { a }) else {
            continue;
        };
        for name in repository.storage.folders(&format!("{}/wal/{system}", repository.database))? {
            let old = Segment::read(&name, segment_bytes).is_ok_and(|segment| segment.is_before(&first));
            if !old {
                continue;
            }
            removed += 1;
            if !pretend {
                let folder = folder(repository, &system, &name);
                repository.storage.remove(&format!("{folder}/manifest"))?;
                repository.storage.remove_all(&folder)?;
            }
        }
    }
    Ok(removed)
}

/// Which cluster a data folder is of: the first eight bytes of its control file.
fn cluster(data: &Path) -> Result<String, BackupError> {
    let path = data.join("global/pg_control");
    let mut first = [0; 8];
    let read = File::open(&path).and_then(|mut file| file.read_exact(&mut first));
    read.map_err(BackupError::file(format!(
        "cannot read `{}`: the command must run in the server's data folder, as `archive_command` does",
        path.display()
    )))?;
    Ok(u64::from_ne_bytes(first).to_string())
}

fn digest_of(file: &Path) -> std::io::Result<Digest> {
    use sha2::Digest as _;
    let mut file = File::open(file)?;
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0; 128 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Digest::from_bytes(hasher.finalize().into())),
            read => hasher.update(&buffer[..read]),
        }
    }
}
