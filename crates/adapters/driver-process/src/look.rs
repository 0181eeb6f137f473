//! What is seen of an instance, and what a crash of its supervisor left.

use std::io;
use std::time::{Duration, SystemTime};

use callsheet_base::BootId;
use callsheet_rollout::InstanceSeen;

use crate::folder::{Folder, Stored};
use crate::status::Status;

/// What one folder holds.
pub(crate) enum Found {
    /// An instance with its supervisor.
    Supervised(Stored, Status),
    /// Its supervisor was killed; the instance may run, or parts of it.
    Forsaken,
    /// It ended, or the machine was started anew.
    Over,
    /// Just being started by somebody.
    Unborn,
}

/// A start takes far less, from the writing of the specification to the first status.
const LONGEST_START: Duration = Duration::from_secs(10);

/// Looks at a folder.
pub(crate) fn look(folder: &Folder, boot: &BootId) -> io::Result<Found> {
    // After a power failure a file may be there without its text; then the machine was started anew as well.
    let stored = match folder.spec() {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(Found::Over),
        stored => stored?,
    };
    let Some(stored) = stored else { return Ok(Found::Unborn) };
    let status = match folder.status() {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(Found::Over),
        status => status?,
    };
    let Some(status) = status else {
        let written = std::fs::metadata(folder.path().join("spec.json"))?.modified()?;
        let young = SystemTime::now().duration_since(written).is_ok_and(|age| age < LONGEST_START);
        return Ok(if young { Found::Unborn } else { Found::Forsaken });
    };
    if status.boot != *boot {
        return Ok(Found::Over);
    }
    if status.supervisor.is_running() {
        return Ok(Found::Supervised(stored, status));
    }
    // It may have ended in good order since its status was read; what it left now is its last word.
    match folder.status()? {
        Some(last) if last.ended => Ok(Found::Over),
        Some(last) if last.supervisor == status.supervisor => Ok(Found::Forsaken),
        // Another one took over meanwhile.
        Some(last) => Ok(Found::Supervised(stored, last)),
        None => Err(io::ErrorKind::NotFound.into()),
    }
}

/// For the caller.
pub(crate) fn seen(stored: Stored, status: Status) -> InstanceSeen {
    InstanceSeen {
        id: stored.spec.id,
        service: stored.spec.service,
        environment: stored.spec.environment,
        release: stored.spec.release,
        address: status.address,
        pid: status.main.map(|main| main.pid),
        state: status.state,
        since: status.since,
        restarts: status.restarts,
        last_end: status.last_end,
        not_ready: status.not_ready,
        notes: status.notes,
    }
}
