//! Large output in the state folder: files named by their SHA-256 digest, `blobs/ab/abcdef…`.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use callsheet_base::Digest;

/// The blobs of one state folder.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: PathBuf,
}

impl Blobs {
    /// Those of this state folder.
    pub fn of_state(state: &Path) -> Blobs {
        Blobs { folder: state.join("blobs") }
    }

    /// Where a blob is, or would be.
    pub fn path(&self, digest: Digest) -> PathBuf {
        let name = digest.to_string();
        self.folder.join(&name[..2]).join(&name)
    }

    /// Stores bytes under their digest, synced with their folder. Storing what is there already does nothing.
    pub fn store(&self, bytes: &[u8]) -> io::Result<Digest> {
        let digest = Digest::of(bytes);
        let path = self.path(digest);
        if path.exists() {
            return Ok(digest);
        }
        let folder = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder)?;
        let draft = folder.join(format!(".{}.{}", digest.short(), std::process::id()));
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&draft, &path)?;
            File::open(folder)?.sync_all()
        };
        write().inspect_err(|_| drop(std::fs::remove_file(&draft)))?;
        Ok(digest)
    }

    /// Reads a blob and checks it against its name.
    pub fn read(&self, digest: Digest) -> io::Result<Vec<u8>> {
        let bytes = std::fs::read(self.path(digest))?;
        if Digest::of(&bytes) != digest {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the blob {digest} is not what its name says"),
            ));
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_checked_when_read() {
        let state = tempfile::tempdir().unwrap();
        let blobs = Blobs::of_state(state.path());
        let digest = blobs.store(b"output").unwrap();
        assert_eq!(blobs.store(b"output").unwrap(), digest);
        assert_eq!(blobs.read(digest).unwrap(), b"output");
        std::fs::write(blobs.path(digest), b"changed").unwrap();
        assert_eq!(blobs.read(digest).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
