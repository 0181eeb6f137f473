//! Room kept for the day on which the disk is full: removing old output has to write down what it removes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Enough for the tombstones of some ten thousand outputs.
const SIZE: usize = 1 << 20;

/// The file whose room can be given back.
#[derive(Debug)]
pub(crate) struct Reserve(PathBuf);

impl Reserve {
    pub(crate) fn of(folder: &Path) -> Reserve {
        Reserve(folder.join("reserve"))
    }

    /// Takes the room if it is not taken yet. Where there is none now, the next opening tries again.
    pub(crate) fn keep(&self) {
        if !self.0.exists() && self.take().is_err() {
            // A part of it would be taken for the whole.
            let _ = fs::remove_file(&self.0);
        }
    }

    fn take(&self) -> io::Result<()> {
        let mut file: File = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&self.0)?;
        // Written, not only made long: a sparse file takes no room.
        file.write_all(&vec![0; SIZE])
    }

    /// Gives the room back; whether there was any.
    pub(crate) fn give(&self) -> bool {
        fs::remove_file(&self.0).is_ok()
    }
}
