//! `migrate up|down|status`.

use std::process::ExitCode;

use fleet_kit::migrations::{Migration, MigrationError, Migrator};

use super::{causes, configured, failed, in_runtime, show};
use crate::Migrate;
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
    let mut migrator = crate::migrations::migrator(&config.database, config.release()).await?;
    match what {
        Migrate::Up => Ok(moved("applied", &migrator.up().await?)),
        Migrate::Down { count } => Ok(moved("undid", &migrator.down(*count).await?)),
        Migrate::Status => status(&mut migrator).await,
    }
}

fn moved(verb: &str, done: &[Migration]) -> String {
    if done.is_empty() {
        return "nothing to do\n".to_owned();
    }
    done.iter().map(|one| format!("{verb} {} ({})\n", one.version, one.name)).collect()
}

async fn status(migrator: &mut Migrator) -> Result<String, MigrationError> {
    let lines = migrator.status().await?.into_iter().map(|state| {
        let when = state.applied_at.map_or("pending".to_owned(), |at| format!("applied {at}"));
        let note = if state.known { "" } else { "  (by a newer version)" };
        format!("{:>4}  {:<24}  {when}{note}\n", state.version, state.name)
    });
    Ok(lines.collect())
}
