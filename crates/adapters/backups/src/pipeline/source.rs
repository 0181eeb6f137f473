//! From the storage back to what the tool gave. Every byte is checked before it is handed on: a piece by its digest, the stream by its cipher and
//! checksum, the whole by its digest and length when it ends.

use std::io::{self, BufReader, Read};
use std::sync::mpsc::{Receiver, sync_channel};

use callsheet_backups::Chunk;
use callsheet_base::Digest;
use sha2::Digest as _;

use super::mark::Mark;
use super::{Identities, piece_name};
use crate::{BackupError, Storage};

/// What was recorded of the bytes.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) database: String,
    /// A backup's name, or a segment's.
    pub(crate) name: String,
    pub(crate) encrypted: bool,
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) size: u64,
    pub(crate) digest: Digest,
}

/// Gives a tool's bytes back.
pub(crate) struct Source {
    unpacked: zstd::Decoder<'static, BufReader<Box<dyn Read + Send>>>,
    expected: Expected,
    digest: sha2::Sha256,
    size: u64,
}

impl Source {
    /// Opens the way out of `folder`.
    pub(crate) fn open(
        storage: &Storage,
        folder: &str,
        expected: Expected,
        identities: &Identities,
    ) -> Result<Source, BackupError> {
        let pieces = Fetched::start(storage, folder, &expected);
        let mut plain: Box<dyn Read + Send> = if expected.encrypted {
            if identities.is_empty() {
                return Err(BackupError::NoKey(expected.name));
            }
            decrypted(pieces, &expected, identities)?
        } else {
            Box::new(pieces)
        };
        let damaged = |what: &str| BackupError::Damaged { backup: expected.name.clone(), what: what.to_owned() };
        let mark = Mark::read(&mut plain).map_err(BackupError::file("cannot read the backup's beginning"))?;
        let mark = mark.ok_or_else(|| damaged("its beginning is not that of a backup"))?;
        if mark.backup != expected.name || mark.database != expected.database {
            return Err(damaged(&format!("its bytes are those of {} of `{}`", mark.backup, mark.database)));
        }
        let unpacked = zstd::Decoder::new(plain).map_err(BackupError::file("cannot unpack the backup"))?;
        Ok(Source { unpacked, expected, digest: sha2::Sha256::new(), size: 0 })
    }

    /// Bytes given so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    fn damaged(&self, what: String) -> io::Error {
        BackupError::Damaged { backup: self.expected.name.clone(), what }.into()
    }
}

fn decrypted(
    pieces: Fetched,
    expected: &Expected,
    identities: &Identities,
) -> Result<Box<dyn Read + Send>, BackupError> {
    let opened = age::Decryptor::new_buffered(BufReader::with_capacity(64 << 10, pieces))
        .and_then(|age| age.decrypt(identities.iter()));
    match opened {
        Ok(stream) => Ok(Box::new(stream)),
        Err(age::DecryptError::NoMatchingKeys) => Err(BackupError::WrongKey(expected.name.clone())),
        Err(age::DecryptError::Io(cause)) => Err(BackupError::file("cannot read the backup")(cause)),
        Err(other) => Err(BackupError::Damaged { backup: expected.name.clone(), what: other.to_string() }),
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self.unpacked.read(buffer) {
            Ok(read) => read,
            // One of ours says more than the decoder's word for it.
            Err(error) if error.get_ref().is_some_and(|inner| inner.is::<BackupError>()) => return Err(error),
            Err(error) => return Err(self.damaged(error.to_string())),
        };
        self.digest.update(&buffer[..read]);
        self.size += read as u64;
        if read == 0 && !buffer.is_empty() {
            if self.size != self.expected.size {
                return Err(self.damaged(format!("it has {} bytes, {} were recorded", self.size, self.expected.size)));
            }
            if Digest::from_bytes(self.digest.clone().finalize().into()) != self.expected.digest {
                return Err(self.damaged("its bytes are other ones than were recorded".to_owned()));
            }
        }
        Ok(read)
    }
}

/// Pieces, fetched one ahead by a thread of their own.
struct Fetched {
    pieces: Receiver<Result<Vec<u8>, BackupError>>,
    current: io::Cursor<Vec<u8>>,
}

impl Fetched {
    fn start(storage: &Storage, folder: &str, expected: &Expected) -> Fetched {
        let (sender, pieces) = sync_channel(1);
        let (storage, folder, expected) = (storage.clone(), folder.to_owned(), expected.clone());
        std::thread::spawn(move || {
            for (at, chunk) in expected.chunks.iter().enumerate() {
                let fetched = fetch(&storage, &folder, &expected.name, at, chunk);
                let failed = fetched.is_err();
                // Whoever reads may have gone.
                if sender.send(fetched).is_err() || failed {
                    return;
                }
            }
        });
        Fetched { pieces, current: io::Cursor::default() }
    }
}

fn fetch(storage: &Storage, folder: &str, backup: &str, at: usize, chunk: &Chunk) -> Result<Vec<u8>, BackupError> {
    let damaged = |what: String| BackupError::Damaged { backup: backup.to_owned(), what };
    let bytes = storage.get(&piece_name(folder, at))?;
    let bytes = bytes.ok_or_else(|| damaged(format!("piece {} is missing", at + 1)))?;
    if bytes.len() as u64 != chunk.size {
        let what = format!("piece {} has {} bytes, {} were recorded", at + 1, bytes.len(), chunk.size);
        return Err(damaged(what));
    }
    if Digest::of(&bytes) != chunk.digest {
        return Err(damaged(format!("piece {} has another digest than was recorded", at + 1)));
    }
    Ok(bytes)
}

impl Read for Fetched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.current.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.pieces.recv() {
                Ok(piece) => self.current = io::Cursor::new(piece?),
                Err(_) => return Ok(0),
            }
        }
    }
}
