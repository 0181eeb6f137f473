//! From a tool's output into the storage.

use std::io::Write;
use std::sync::PoisonError;

use callsheet_backups::Chunk;
use callsheet_base::Digest;
use sha2::Digest as _;

use super::Recipients;
use super::mark::Mark;
use super::pieces::{Pieces, Trouble};
use crate::BackupError;

/// zstd's own default: beyond it time grows faster than size falls.
const LEVEL: i32 = 3;

/// Takes a tool's bytes.
pub(crate) struct Sink {
    packed: zstd::Encoder<'static, Cipher>,
    digest: sha2::Sha256,
    size: u64,
    trouble: Trouble,
}

/// What became of them.
pub(crate) struct Stored {
    pub(crate) size: u64,
    pub(crate) digest: Digest,
    pub(crate) chunks: Vec<Chunk>,
}

enum Cipher {
    None(Pieces),
    Age(Box<age::stream::StreamWriter<Pieces>>),
}

impl Write for Cipher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Cipher::None(pieces) => pieces.write(bytes),
            Cipher::Age(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Cipher::None(pieces) => pieces.flush(),
            Cipher::Age(stream) => stream.flush(),
        }
    }
}

impl Sink {
    /// Opens the way into `pieces` for what is called `name`.
    pub(crate) fn open(
        pieces: Pieces,
        database: &str,
        name: &str,
        recipients: &Recipients,
    ) -> Result<Sink, BackupError> {
        let failed = || BackupError::file("cannot begin the backup's file");
        let trouble = pieces.trouble();
        let mut cipher = match recipients.encryptor()? {
            Some(encryptor) => Cipher::Age(Box::new(encryptor.wrap_output(pieces).map_err(failed())?)),
            None => Cipher::None(pieces),
        };
        let mark = Mark { backup: name.to_owned(), database: database.to_owned() };
        mark.frame().and_then(|frame| cipher.write_all(&frame)).map_err(failed())?;
        let mut packed = zstd::Encoder::new(cipher, LEVEL).map_err(failed())?;
        packed.include_checksum(true).map_err(failed())?;
        Ok(Sink { packed, digest: sha2::Sha256::new(), size: 0, trouble })
    }

    /// Takes some bytes.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
        let written = self.packed.write_all(bytes);
        match self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(trouble) => Err(trouble),
            None => written.map_err(BackupError::file("cannot store the backup")),
        }
    }

    /// Closes the way; everything is stored after it.
    pub(crate) fn finish(self) -> Result<Stored, BackupError> {
        let failed = || BackupError::file("cannot end the backup's file");
        let (size, digest) = (self.size, Digest::from_bytes(self.digest.finalize().into()));
        let pieces = match self.packed.finish().map_err(failed())? {
            Cipher::None(pieces) => pieces,
            Cipher::Age(stream) => stream.finish().map_err(failed())?,
        };
        Ok(Stored { size, digest, chunks: pieces.finish()? })
    }
}
