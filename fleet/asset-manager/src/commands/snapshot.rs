//! `backup FILE`, `compare FILE`, `restore FILE`.

use std::path::Path;
use std::process::ExitCode;

use super::{causes, configured, failed, in_runtime, show};
use crate::config::{Config, Database};
use crate::snapshots::{self, SnapshotError};
use crate::store::Store;

/// Copies the database consistently, whole or not at all, and checks the copy.
pub fn backup(to: &Path) -> ExitCode {
    with_config(|config| {
        if to.exists() {
            return failed(format!("cannot write `{}`", to.display()), "it exists", "name a file that does not exist");
        }
        let taken = with_store(&config.database, async |store| snapshots::take(&config.database, store, to).await);
        let (what, to) = (config.database.shown(), to.display());
        match taken {
            Ok(taken) => show(&format!(
                "backed up {what} to `{to}`; integrity ok\n{} things\nsha256 {}\n",
                taken.things, taken.sha256
            )),
            Err(error) => failed(
                format!("cannot back up {what} to `{to}`"),
                causes(&error),
                "check that the database answers and the target's folder has room",
            ),
        }
    })
}

/// Tells what of a snapshot is missing now and was not deleted by anybody.
pub fn compare(with: &Path) -> ExitCode {
    with_config(|config| match with_store(&config.database, async |store| snapshots::compare(store, with).await) {
        Ok(losses) => show(&losses.to_string()),
        Err(error) => failed(
            format!("cannot compare {} with `{}`", config.database.shown(), with.display()),
            causes(&error),
            "name a snapshot that `asset-manager backup` wrote, with its inventory beside it",
        ),
    })
}

/// Puts the database back to a snapshot.
pub fn restore(from: &Path) -> ExitCode {
    with_config(|config| match snapshots::restore(&config.database, from) {
        Ok(things) => show(&format!("restored {things} things from `{}`\n", from.display())),
        Err(error) => failed(
            format!("cannot restore {} from `{}`", config.database.shown(), from.display()),
            causes(&error),
            "with PostgreSQL stop the service first; nothing was changed unless it says so",
        ),
    })
}

fn with_config(act: impl FnOnce(Config) -> ExitCode) -> ExitCode {
    configured().map_or_else(|status| status, act)
}

fn with_store<T>(
    database: &Database,
    act: impl AsyncFnOnce(&dyn Store) -> Result<T, SnapshotError>,
) -> Result<T, SnapshotError> {
    let unusable = |cause: String| SnapshotError::Database { doing: "opening the database", cause };
    if let Database::Sqlite(path) = database
        && !path.exists()
    {
        return Err(unusable("it does not exist".to_owned()));
    }
    in_runtime(async {
        let faults = fleet_kit::Faults::new(None, Vec::new());
        let store = crate::store::open(database, faults).map_err(|error| unusable(causes(&error)))?;
        act(store.as_ref()).await
    })
    .map_err(|error| unusable(error.to_string()))?
}
