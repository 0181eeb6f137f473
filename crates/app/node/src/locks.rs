//! The change lock of a run: service and environment, held until the run is over or only observes.

use callsheet_engine::Run;
use callsheet_journal::ChangeLock;

/// The lock that a run takes; none if its plan names no service.
pub(crate) fn of(run: &Run) -> Option<ChangeLock> {
    let created = run.created();
    (!created.service.is_empty()).then(|| ChangeLock {
        service: created.service.clone(),
        environment: created.environment.clone(),
        run: run.id(),
        since: run.started(),
        holder: created.actor.name.clone(),
        observing: false,
    })
}

/// The same lock once the run only observes: it gives way to a newer run.
pub(crate) fn observing(run: &Run) -> Option<ChangeLock> {
    of(run).map(|lock| ChangeLock { observing: true, ..lock })
}
