//! `migrate up|down|status`: for a trial without Callsheet, and for tests.

use std::process::ExitCode;

use fleet_kit::config::Secret;
use fleet_kit::migrations::{Migration, MigrationError};

use super::{Migrate, causes, configured, failed, in_runtime, show};
use crate::generation::Generation;

/// Why the schema was not moved.
#[derive(Debug, thiserror::Error)]
enum MigrateError {
    #[error(transparent)]
    Migration(#[from] MigrationError),
    #[error("Callsheet keeps this database's history: `callsheet migrate` moves its schema")]
    Callsheets,
    #[error("the database cannot be asked who moves its schema: {0}")]
    Asked(String),
}

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
        "`video-editor migrate status` shows where the schema is; nothing of a failed migration was kept",
    )
}

async fn act(url: &Secret, generation: Generation, what: &Migrate) -> Result<String, MigrateError> {
    if is_callsheets(url).await? {
        return Err(MigrateError::Callsheets);
    }
    let mut migrator = crate::migrations::migrator(url, generation).await?;
    Ok(match what {
        Migrate::Up => moved("applied", &migrator.up().await?),
        Migrate::Down { count } => moved("undid", &migrator.down(*count).await?),
        Migrate::Status => {
            let lines = migrator.status().await?.into_iter().map(|state| {
                let when = state.applied_at.map_or("pending".to_owned(), |at| format!("applied {at}"));
                let note = if state.known { "" } else { "  (by a newer version)" };
                format!("{:>4}  {:<24}  {when}{note}\n", state.version, state.name)
            });
            lines.collect()
        }
    })
}

/// Two histories of one database would contradict each other.
async fn is_callsheets(url: &Secret) -> Result<bool, MigrateError> {
    let asked = |cause: String| MigrateError::Asked(cause);
    let client = fleet_kit::postgres::connect(url, "migrations").await.map_err(|error| asked(error.to_string()))?;
    let row = client.query_one("SELECT to_regclass('callsheet_migrations') IS NOT NULL", &[]).await;
    let row = row.map_err(|error| asked(fleet_kit::postgres::words(&error)))?;
    row.try_get(0).map_err(|error| asked(fleet_kit::postgres::words(&error)))
}

fn moved(verb: &str, done: &[Migration]) -> String {
    if done.is_empty() {
        return "nothing to do\n".to_owned();
    }
    done.iter().map(|one| format!("{verb} {} ({})\n", one.version, one.name)).collect()
}
