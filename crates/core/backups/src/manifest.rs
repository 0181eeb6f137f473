//! What is recorded of one backup. Written last: without it there is no backup.

use callsheet_base::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::BackupId;

/// What is recorded of one backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `callsheet.backup/1`.
    pub schema: String,
    /// Its name.
    pub id: BackupId,
    /// The database's name in `callsheet.toml`.
    pub database: String,
    /// Where it was taken from, without a password.
    pub place: String,
    /// What kind of server.
    pub engine: Engine,
    /// The server's version in its own words.
    pub server: String,
    /// Logical or physical.
    pub kind: Kind,
    /// The program that read the database, and its version.
    pub tool: String,
    /// When it began: what was committed by then is in it.
    pub started: Timestamp,
    /// When the last byte was stored.
    pub ended: Timestamp,
    /// Bytes that the tool gave.
    pub size: u64,
    /// Their digest.
    pub digest: Digest,
    /// How they were made smaller.
    pub compression: Compression,
    /// Who can read it: age recipients. None: it is not encrypted.
    pub recipients: Vec<String>,
    /// The stored pieces, in order.
    pub chunks: Vec<Chunk>,
    /// Where in the server's log it stands.
    pub position: Position,
    /// Counts and digests, taken inside the backup's own snapshot. Empty where the kind has none.
    pub contents: Vec<Content>,
    /// The backup that this one needs beside itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parent: Option<BackupId>,
    /// Who made it.
    pub by: String,
}

/// A kind of server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// MySQL or MariaDB.
    Mysql,
    /// A file of SQLite's.
    Sqlite,
    /// Redis.
    Redis,
}

/// What a backup holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One database's definitions and rows.
    #[default]
    Logical,
    /// The server's files: with the write-ahead log after it, any later instant can be had.
    Physical,
}

/// How bytes are made smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// Zstandard.
    Zstd,
}

/// One stored piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chunk {
    /// Its bytes as they are stored.
    pub size: u64,
    /// Their digest.
    pub digest: Digest,
}

/// Where in a server's log a backup stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "log")]
pub enum Position {
    /// The server keeps none, or does not tell.
    None,
    /// PostgreSQL's write-ahead log.
    Lsn {
        /// Where a restore begins to read it.
        start: String,
        /// Up to where it must, for the backup to be whole.
        end: String,
        /// The timeline of both.
        timeline: u32,
        /// Which cluster: no other's log fits.
        system: String,
        /// Bytes of one segment.
        segment_bytes: u64,
    },
    /// MySQL's or MariaDB's binary log.
    Binlog {
        /// The file.
        file: String,
        /// The first byte that is not in the backup.
        position: u64,
    },
}

/// A table, or another kind of thing that is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The table's name, or what is counted in parentheses: `(indexes)`.
    pub name: String,
    /// How many rows, or things.
    pub count: u64,
    /// A sum over the rows' hashes that does not depend on their order. What it is made of is the engine's business.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub digest: Option<String>,
}

impl Manifest {
    /// The only schema of this version.
    pub const SCHEMA: &'static str = "callsheet.backup/1";

    /// Bytes as they are stored.
    pub fn stored(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.size).sum()
    }

    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.contents.iter().filter(|content| !content.is_other()).map(|content| content.count).sum()
    }
}

impl Content {
    /// Whether it is a count of other things than a table's rows.
    pub fn is_other(&self) -> bool {
        self.name.starts_with('(')
    }
}

impl Engine {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Postgres => "PostgreSQL",
            Engine::Mysql => "MariaDB",
            Engine::Sqlite => "SQLite",
            Engine::Redis => "Redis",
        }
    }
}

impl Kind {
    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Logical => "logical",
            Kind::Physical => "physical",
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A logical backup of PostgreSQL that began then.
    pub(crate) fn manifest(started: &str) -> Manifest {
        let started: Timestamp = started.parse().unwrap();
        Manifest {
            schema: Manifest::SCHEMA.to_owned(),
            id: BackupId::new(started, 0x123),
            database: "main".to_owned(),
            place: "postgres://db/shop".to_owned(),
            engine: Engine::Postgres,
            server: "15.14".to_owned(),
            kind: Kind::Logical,
            tool: "pg_dump 15.14".to_owned(),
            started,
            ended: started + jiff::SignedDuration::from_secs(60),
            size: 10,
            digest: Digest::of(b"0123456789"),
            compression: Compression::Zstd,
            recipients: Vec::new(),
            chunks: vec![Chunk { size: 7, digest: Digest::of(b"1234567") }],
            position: Position::None,
            contents: vec![Content { name: "public.user".to_owned(), count: 3, digest: Some("17".to_owned()) }],
            parent: None,
            by: "ops".to_owned(),
        }
    }
}
