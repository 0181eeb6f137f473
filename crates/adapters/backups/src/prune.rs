//! Letting old backups go.

use callsheet_backups::{BackupId, Keep, Manifest, Retained, retain};
use callsheet_base::Duration;
use jiff::Timestamp;
use std::path::Path;

use crate::{BackupError, Repository, lock};

/// A beginning without a manifest that is older is not being made any more.
const GIVEN_UP: Duration = Duration::from_hours(48);

/// What went, or would.
#[derive(Clone, Debug, Default)]
pub struct Pruned {
    /// Each backup and why it stays; without a reason it went.
    pub backups: Vec<Retained>,
    /// Beginnings that were given up.
    pub unfinished: Vec<BackupId>,
    /// Segments of the log that no backup needs.
    pub segments: usize,
}

/// Removes what needs not be kept; `pretend` only tells. What cannot be read is never removed.
pub fn prune(repository: &Repository, keep: &Keep, folder: &Path, pretend: bool) -> Result<Pruned, BackupError> {
    let _lock = lock::lock(folder, &repository.database)?;
    let listed = repository.list()?;
    let backups = retain(&listed.entries, keep);
    let old = |id: &&BackupId| {
        let began = id.as_str().get(..16).and_then(|at| jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", at).ok());
        let began = began.and_then(|at| at.to_zoned(jiff::tz::TimeZone::UTC).ok()).map(|at| at.timestamp());
        began.is_some_and(|began| Duration::between(began, Timestamp::now()) > GIVEN_UP)
    };
    let unfinished: Vec<BackupId> = listed.unfinished.iter().filter(old).cloned().collect();
    let is_kept = |id: &BackupId| backups.iter().any(|one| one.id == *id && !one.why.is_empty());
    let kept: Vec<&Manifest> =
        listed.entries.iter().map(|entry| &entry.manifest).filter(|manifest| is_kept(&manifest.id)).collect();
    if !pretend {
        for gone in backups.iter().filter(|one| one.why.is_empty()).map(|one| &one.id).chain(&unfinished) {
            repository.remove(gone)?;
        }
    }
    // A manifest that is not believed may be of a backup that needs older segments.
    let segments = if listed.broken.is_empty() { crate::log::prune(repository, &kept, pretend)? } else { 0 };
    Ok(Pruned { backups, unfinished, segments })
}
