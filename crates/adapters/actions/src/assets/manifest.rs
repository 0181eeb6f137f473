//! What was published into a folder, and since when it is no longer part of the build: `.callsheet-assets.json` in it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use callsheet_base::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

const NAME: &str = ".callsheet-assets.json";

/// One file that was put there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) digest: Digest,
    /// Since when no build has it any more; `None`: the present one has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) left: Option<Timestamp>,
}

/// All that was put there, by path beneath the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) files: BTreeMap<PathBuf, Entry>,
}

/// Why the manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It cannot be read or written.
    #[error("cannot {verb} {}", path.display())]
    File {
        /// `read` or `write`.
        verb: &'static str,
        /// The manifest.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It is damaged: without it nobody knows what may be removed.
    #[error("{} is no list of published files", path.display())]
    Damaged {
        /// The manifest.
        path: PathBuf,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
}

impl Manifest {
    /// The folder's; an empty one if nothing was ever published there.
    pub(super) fn read(folder: &Path) -> Result<Manifest, ManifestError> {
        let path = folder.join(NAME);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|source| ManifestError::Damaged { path, source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Manifest::default()),
            Err(source) => Err(ManifestError::File { verb: "read", path, source }),
        }
    }

    /// Whole or not at all.
    pub(super) fn write(&self, folder: &Path) -> Result<(), ManifestError> {
        let path = folder.join(NAME);
        let draft = folder.join(format!("{NAME}.new"));
        let write = || {
            let mut file = File::create(&draft)?;
            file.write_all(&serde_json::to_vec_pretty(self).map_err(io::Error::from)?)?;
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            File::open(folder)?.sync_all()
        };
        write().map_err(|source| ManifestError::File { verb: "write", path: path.clone(), source })
    }

    pub(super) fn is_manifest(path: &Path) -> bool {
        path.to_str().is_some_and(|path| path.starts_with(NAME))
    }
}
