//! Small JSON files, written whole or not at all, and durable when written.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ReleasesError;
use crate::error::file;

/// Reads a file; `None` if there is none.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, ReleasesError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file("read", path)(error)),
    };
    let value = serde_json::from_slice(&bytes).map_err(|error| file("understand", path)(error.into()))?;
    Ok(Some(value))
}

/// Replaces a file as a whole.
pub(crate) fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), ReleasesError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(file("make", folder))?;
    let beside = path.with_extension(format!("new-{}", unique()));
    let written = File::create(&beside).and_then(|mut to| {
        to.write_all(&serde_json::to_vec_pretty(value)?)?;
        to.sync_all()
    });
    written.map_err(file("write", &beside))?;
    fs::rename(&beside, path).map_err(file("write", path))?;
    sync_folder(folder)
}

/// Part of a name that no other writer uses at this time, in this process or another.
pub(crate) fn unique() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Makes names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), ReleasesError> {
    File::open(folder).and_then(|opened| opened.sync_all()).map_err(file("sync", folder))
}
