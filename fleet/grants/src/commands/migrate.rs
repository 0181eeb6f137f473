//! `migrate up|down|status`: for a trial without Callsheet, and for tests.

use std::process::ExitCode;

use fleet_kit::config::Secret;
use fleet_kit::migrations::{MigrationError, refuse_if_callsheets};

use super::{Migrate, causes, configured, failed, in_runtime, show};
use crate::generation::Generation;

/// Moves or shows the schema.
pub(super) fn migrate(generation: Generation, what: &Migrate) -> ExitCode {
    let config = match configured(generation) {
        Ok(config) => config,
        Err(status) => return status,
    };
    let cause = match in_runtime(act(&config.database, generation, what)) {
        Ok(Ok(text)) => return show(&text),
        Ok(Err(error)) => causes(&error),
        Err(error) => error.to_string(),
    };
    failed(
        "cannot move the database's schema",
        cause,
        "`grants migrate status` shows where the schema is; nothing of a failed migration was kept",
    )
}

async fn act(url: &Secret, generation: Generation, what: &Migrate) -> Result<String, MigrationError> {
    refuse_if_callsheets(url).await?;
    crate::migrations::migrator(url, generation).await?.obey(what).await
}
