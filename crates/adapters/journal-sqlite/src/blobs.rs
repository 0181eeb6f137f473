//! Large blobs: one file per digest, beside the journal.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use callsheet_base::Digest;

/// A folder whose files are named by the SHA-256 digest of their content. Written and synced by whoever makes the output,
/// before the journal names it.
#[derive(Clone, Debug)]
pub struct BlobFolder {
    folder: PathBuf,
}

impl BlobFolder {
    /// `folder` need not be there yet.
    pub fn new(folder: &Path) -> BlobFolder {
        BlobFolder { folder: folder.to_owned() }
    }

    /// Where the blob is or would be.
    pub fn path(&self, digest: Digest) -> PathBuf {
        self.folder.join(digest.to_string())
    }

    /// Its bytes; `None` if there is no such file.
    pub fn read(&self, digest: Digest) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(digest)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All blobs, with their size in bytes and how long ago they were written.
    pub(crate) fn list(&self) -> io::Result<Vec<(Digest, fs::Metadata)>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut blobs = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            if let Some(digest) = name.to_str().filter(|name| is_digest_name(name)).and_then(|name| name.parse().ok()) {
                blobs.push((digest, entry.metadata()?));
            }
        }
        Ok(blobs)
    }
}

/// Whether a file name is a digest's: others in the folder are unfinished.
fn is_digest_name(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
