//! Snapshots of the database: a file that holds all rows, and beside it an inventory of what was there.

mod postgres;
mod sqlite;

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::config::Database;
use crate::store::{Inventory, Losses, Store, StoreError};

/// Why a snapshot was not taken, read or restored.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A file could not be written or read.
    #[error("{doing} `{path}`")]
    File {
        /// A verb phrase.
        doing: &'static str,
        path: String,
        source: std::io::Error,
    },
    /// The database or its tool refused.
    #[error("{doing}: {cause}")]
    Database {
        /// A verb phrase.
        doing: &'static str,
        cause: String,
    },
    /// The rows cannot be listed.
    #[error("the rows cannot be listed")]
    Store(#[from] StoreError),
    /// The inventory beside the snapshot is none.
    #[error("`{0}` is no inventory of a snapshot")]
    Inventory(String),
    /// The snapshot's bytes are not those that were written.
    #[error("`{0}` was changed or damaged after it was written: its SHA-256 is not the noted one")]
    Damaged(String),
}

/// A snapshot that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// How many things it holds.
    pub things: usize,
    /// Of the file; 64 hexadecimal digits.
    pub sha256: String,
}

fn file(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> SnapshotError {
    let path = path.display().to_string();
    move |source| SnapshotError::File { doing, path, source }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

/// Takes one while the service runs, whole or not at all. The inventory is written last: a snapshot with one is complete.
pub async fn take(database: &Database, store: &dyn Store, to: &Path) -> Result<Taken, SnapshotError> {
    // Listed before the copy: what goes meanwhile is in the record of removals, what comes is no loss.
    let inventory = Inventory { things: store.things().await? };
    let partial = beside(to, ".partial");
    match database {
        Database::Sqlite(path) => sqlite::copy(path, &partial)?,
        Database::Postgres { url, .. } => postgres::dump(url, &partial)?,
    }
    let sha256 = digest(&partial)?;
    fs::rename(&partial, to).map_err(file("finishing", to))?;
    let list = beside(to, ".inventory");
    fs::write(&list, format!("sha256 {sha256}\n{inventory}")).map_err(file("writing", &list))?;
    Ok(Taken { things: inventory.things.len(), sha256 })
}

/// What of a snapshot is missing now.
pub async fn compare(store: &dyn Store, with: &Path) -> Result<Losses, SnapshotError> {
    let (_, inventory) = read_inventory(with)?;
    Ok(inventory.losses(&store.things().await?, &store.removed().await?))
}

/// Puts the database back to a snapshot. With PostgreSQL the service must not run.
pub fn restore(database: &Database, from: &Path) -> Result<usize, SnapshotError> {
    let (sha256, inventory) = read_inventory(from)?;
    if digest(from)? != sha256 {
        return Err(SnapshotError::Damaged(from.display().to_string()));
    }
    match database {
        Database::Sqlite(path) => sqlite::restore(from, path)?,
        Database::Postgres { url, .. } => postgres::restore(url, from)?,
    }
    Ok(inventory.things.len())
}

fn read_inventory(of: &Path) -> Result<(String, Inventory), SnapshotError> {
    let path = beside(of, ".inventory");
    let text = fs::read_to_string(&path).map_err(file("reading", &path))?;
    let parts = text.split_once('\n').and_then(|(first, rest)| Some((first.strip_prefix("sha256 ")?, rest)));
    let read = parts.and_then(|(sha256, rest)| Some((sha256.to_owned(), Inventory::read(rest)?)));
    read.ok_or_else(|| SnapshotError::Inventory(path.display().to_string()))
}

fn digest(path: &Path) -> Result<String, SnapshotError> {
    let mut reader = fs::File::open(path).map_err(file("reading", path))?;
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match std::io::Read::read(&mut reader, &mut block).map_err(file("reading", path))? {
            0 => return Ok(hex::encode(hash.finalize())),
            read => hash.update(&block[..read]),
        }
    }
}
