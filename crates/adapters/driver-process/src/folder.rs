//! The folders of instances, as driver and supervisors share them.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use callsheet_base::Digest;
use callsheet_rollout::{InstanceId, InstanceSpec};
use rustix::fs::{FlockOperation, flock};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::status::Status;

/// What was asked for, as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Stored {
    /// As given by the caller.
    pub(crate) spec: InstanceSpec,
    /// Names of the secrets in its environment.
    pub(crate) secret_names: Vec<String>,
    /// Names this instance among all folders of this machine: its control group, and `CALLSHEET_INSTANCE` in its environment.
    pub(crate) mark: String,
}

/// One instance's folder. Only its owner can enter it.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

/// Held for life by an instance's supervisor; the kernel gives it back when its holder dies.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Folder {
    pub(crate) fn new(path: impl Into<PathBuf>) -> Folder {
        Folder(path.into())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    pub(crate) fn create(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)
    }

    pub(crate) fn mark(&self, id: &InstanceId) -> String {
        format!("{}-{}", id.0, Digest::of(self.0.as_os_str().as_encoded_bytes()).short())
    }

    pub(crate) fn spec(&self) -> io::Result<Option<Stored>> {
        read(&self.0.join("spec.json"))
    }

    pub(crate) fn write_spec(&self, stored: &Stored) -> io::Result<()> {
        self.replace("spec.json", stored)
    }

    pub(crate) fn status(&self) -> io::Result<Option<Status>> {
        read(&self.0.join("status.json"))
    }

    pub(crate) fn write_status(&self, status: &Status) -> io::Result<()> {
        self.replace("status.json", status)
    }

    /// The supervisor's lock, or `None` if another process holds it.
    pub(crate) fn try_lock(&self) -> io::Result<Option<Lock>> {
        let path = self.0.join("alive");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Lock(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Readers see the old text or the new one, never a part.
    fn replace<T: Serialize>(&self, name: &str, value: &T) -> io::Result<()> {
        let beside = self.0.join(format!("{name}.{}", std::process::id()));
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(value)?)?;
        std::fs::rename(&beside, self.0.join(name))
    }
}

impl Lock {
    /// Whether the lock's file is still in a folder: without it nobody can find the instance any more.
    pub(crate) fn is_in_place(&self) -> bool {
        rustix::fs::fstat(&self.0).is_ok_and(|stat| stat.st_nlink > 0)
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match std::fs::read(path) {
        Ok(text) => {
            let value = serde_json::from_slice(&text);
            value.map(Some).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// All instances of one driver.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    pub(crate) instances: PathBuf,
    pub(crate) ended: PathBuf,
}

/// Folders of ended instances that are kept for their logs.
const KEPT: usize = 100;

impl Root {
    pub(crate) fn create(folder: &Path) -> io::Result<Root> {
        let folder = std::path::absolute(folder)?;
        let root = Root { instances: folder.join("instances"), ended: folder.join("ended") };
        for part in [&root.instances, &root.ended] {
            DirBuilder::new().recursive(true).mode(0o700).create(part)?;
        }
        Ok(root)
    }

    /// An instance's folder while it lives.
    pub(crate) fn living(&self, id: &InstanceId) -> Folder {
        Folder::new(self.instances.join(&id.0))
    }

    /// An instance's folder after its end.
    pub(crate) fn gone(&self, id: &InstanceId) -> Folder {
        Folder::new(self.ended.join(&id.0))
    }

    /// Folders of instances that are not known to have ended, sorted by name.
    pub(crate) fn all_living(&self) -> io::Result<Vec<Folder>> {
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(&self.instances)? {
            paths.push(entry?.path());
        }
        paths.sort();
        Ok(paths.into_iter().map(Folder).collect())
    }

    /// Puts an ended instance's folder away, for its log. One that another put away meanwhile is no error.
    pub(crate) fn put_away(&self, folder: &Folder) -> io::Result<()> {
        let Some(name) = folder.path().file_name() else { return Ok(()) };
        match std::fs::rename(folder.path(), self.ended.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => self.prune(),
        }
    }

    /// Folders of instances that ended, the last that did last.
    pub(crate) fn all_gone(&self) -> io::Result<Vec<Folder>> {
        let mut kept = Vec::new();
        for entry in std::fs::read_dir(&self.ended)? {
            let entry = entry?;
            // Put away by another at this moment: it is counted next time.
            if let Ok(changed) = entry.metadata().and_then(|metadata| metadata.modified()) {
                kept.push((changed, entry.path()));
            }
        }
        kept.sort();
        Ok(kept.into_iter().map(|(_, path)| Folder(path)).collect())
    }

    fn prune(&self) -> io::Result<()> {
        let kept = self.all_gone()?;
        for folder in kept.iter().take(kept.len().saturating_sub(KEPT)) {
            match std::fs::remove_dir_all(folder.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}
