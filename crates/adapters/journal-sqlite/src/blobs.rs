//! Large blobs: one file per digest, beside the journal: `blobs/ab/abcdef…`.

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
        let name = digest.to_string();
        self.folder.join(&name[..2]).join(name)
    }

    /// Its bytes; `None` if there is no such file.
    pub fn read(&self, digest: Digest) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(digest)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All blobs, with their files' metadata.
    pub(crate) fn list(&self) -> io::Result<Vec<(Digest, fs::Metadata)>> {
        let mut blobs = Vec::new();
        for folder in entries(&self.folder)? {
            if !folder.metadata()?.is_dir() {
                continue;
            }
            for entry in entries(&folder.path())? {
                let name = entry.file_name();
                let digest = name.to_str().filter(|name| is_digest_name(name)).and_then(|name| name.parse().ok());
                if let Some(digest) = digest {
                    blobs.push((digest, entry.metadata()?));
                }
            }
        }
        Ok(blobs)
    }
}

fn entries(folder: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whether a file name is a digest's: others in the folder are unfinished.
fn is_digest_name(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
