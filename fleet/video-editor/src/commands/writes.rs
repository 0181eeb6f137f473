//! `writes lock|unlock|status`.

use std::process::ExitCode;

use super::{Writes, configured, failed, in_runtime, show, store};
use crate::generation::Generation;
use crate::state::WriteLock;

/// Locks changes or allows them again. From the moment that they are locked on no request and no row of a document changes anything, whichever
/// instance it comes to; says so when those that reach the database tell their browsers, too.
pub(super) fn writes(generation: Generation, what: &Writes) -> ExitCode {
    let config = match configured(generation) {
        Ok(config) => config,
        Err(status) => return status,
    };
    let done = in_runtime(async {
        let store = store(&config, generation)?;
        let acted = async {
            match what {
                Writes::Lock { reason } => store.lock_writes(true, reason).await?,
                Writes::Unlock => store.lock_writes(false, "").await?,
                Writes::Status => return store.maintenance().await,
            }
            tokio::time::sleep(WriteLock::HEARD).await;
            store.maintenance().await
        };
        acted.await.map_err(|error| {
            failed(
                "changes can be neither locked nor allowed",
                error,
                "`video-editor probe` tells whether the database answers",
            )
        })
    });
    match done {
        Ok(Ok(now)) if now.writes_locked => show(&format!("changes are locked: {}\n", now.reason)),
        Ok(Ok(_)) => show("changes are possible\n"),
        Ok(Err(status)) => status,
        Err(error) => failed("changes can be neither locked nor allowed", error, "try again"),
    }
}
