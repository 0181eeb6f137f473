//! `migrate up|down|status`.

use std::process::ExitCode;

use fleet_kit::migrations::{Migrate, MigrationError};

use super::{causes, configured, failed, in_runtime, show};
use crate::config::Config;

/// Moves or shows the schema.
pub fn migrate(what: &Migrate) -> ExitCode {
    let config = match configured() {
        Ok(config) => config,
        Err(status) => return status,
    };
    let cause = match in_runtime(act(&config, what)) {
        Ok(Ok(text)) => return show(&text),
        Ok(Err(error)) => causes(&error),
        Err(error) => error.to_string(),
    };
    failed(
        format!("cannot move the schema of {}", config.database.shown()),
        cause,
        "`content-jumpstart migrate status` shows where the schema is; nothing of the failed migration was kept",
    )
}

async fn act(config: &Config, what: &Migrate) -> Result<String, MigrationError> {
    crate::migrations::migrator(&config.database, config.release()).await?.obey(what).await
}
