//! The end of the way: bytes are cut into pieces, which threads store while the next one fills.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use callsheet_backups::Chunk;
use callsheet_base::Digest;

use super::piece_name;
use crate::{BackupError, Storage};

/// Pieces that are stored at the same time.
const AT_ONCE: usize = 2;

type Piece = (usize, Vec<u8>);
type Kept = Vec<(usize, Chunk)>;

/// Why the storage takes no more, if it does not. The cipher hides what it writes to, so this is shared past it.
pub(super) type Trouble = Arc<Mutex<Option<BackupError>>>;

/// Cuts what is written into pieces and has them stored.
pub(crate) struct Pieces {
    most: usize,
    filling: Vec<u8>,
    next: usize,
    full: Option<SyncSender<Piece>>,
    keepers: Vec<JoinHandle<Kept>>,
    trouble: Trouble,
}

impl Pieces {
    pub(crate) fn new(storage: &Storage, folder: &str, most: usize) -> Pieces {
        let (full, waiting) = sync_channel(0);
        let waiting = Arc::new(Mutex::new(waiting));
        let trouble = Trouble::default();
        let keeper = |_| {
            let (storage, folder, waiting, trouble) =
                (storage.clone(), folder.to_owned(), waiting.clone(), trouble.clone());
            std::thread::spawn(move || keep(&storage, &folder, &waiting, &trouble))
        };
        let keepers = (0..AT_ONCE).map(keeper).collect();
        Pieces { most, filling: Vec::new(), next: 0, full: Some(full), keepers, trouble }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        let piece = std::mem::take(&mut self.filling);
        let at = self.next;
        self.next += 1;
        let gone = || io::Error::other("the storage takes no more");
        self.full.as_ref().ok_or_else(gone)?.send((at, piece)).map_err(|_| gone())
    }

    /// Where a refusal of the storage is told.
    pub(super) fn trouble(&self) -> Trouble {
        self.trouble.clone()
    }

    /// Stores what is left; gives all pieces in order.
    pub(super) fn finish(mut self) -> Result<Vec<Chunk>, BackupError> {
        // A refusal is told below, by the thread that met it.
        let _passed = if self.filling.is_empty() { Ok(()) } else { self.pass_on() };
        self.full = None;
        let mut all = Vec::new();
        for keeper in self.keepers {
            all.extend(
                keeper.join().map_err(|_| BackupError::Refused("a thread that stores pieces ended".to_owned()))?,
            );
        }
        if let Some(trouble) = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(trouble);
        }
        all.sort_by_key(|(at, _)| *at);
        Ok(all.into_iter().map(|(_, chunk)| chunk).collect())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.filling.capacity() == 0 {
            self.filling.reserve_exact(self.most);
        }
        let fits = bytes.len().min(self.most - self.filling.len());
        self.filling.extend_from_slice(&bytes[..fits]);
        if self.filling.len() == self.most {
            self.pass_on()?;
        }
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Stores pieces as they come. After a failure the rest is taken and let go, so that whoever writes does not wait; it is told at the end at the latest.
fn keep(storage: &Storage, folder: &str, waiting: &Mutex<Receiver<Piece>>, trouble: &Trouble) -> Kept {
    let mut kept = Vec::new();
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((at, piece)) = next else { return kept };
        let chunk = Chunk { size: piece.len() as u64, digest: Digest::of(&piece) };
        match storage.put(&piece_name(folder, at), piece) {
            Ok(()) => kept.push((at, chunk)),
            Err(error) => drop(trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error)),
        }
    }
}
