//! What an engine gives when it is asked for a backup: a stream, and what was seen of the database while it ran.

use std::io::Read;

use callsheet_backups::{Content, Position};

use crate::BackupError;

/// A backup on its way out of the engine.
pub(crate) struct Feed {
    /// Its bytes.
    pub(crate) stream: Box<dyn Read + Send>,
    /// About how many there will be.
    pub(crate) about: Option<u64>,
    /// The program that makes them, with its version.
    pub(crate) tool: String,
    /// The server's version.
    pub(crate) server: String,
    /// To be called after the last byte: whether the tool was content, and what it saw.
    pub(crate) end: Box<dyn FnOnce() -> Result<Seen, BackupError>>,
}

/// What was seen of the database, inside the backup's own snapshot.
pub(crate) struct Seen {
    pub(crate) contents: Vec<Content>,
    pub(crate) position: Position,
}
