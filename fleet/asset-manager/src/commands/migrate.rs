//! `migrate up|down|status`.

use std::process::ExitCode;

use super::{configured, failed, show};
use crate::Migrate;
use crate::migrations::{Migration, MigrationError, Migrator};

/// Moves or shows the schema.
pub fn migrate(what: &Migrate) -> ExitCode {
    let config = match configured() {
        Ok(config) => config,
        Err(status) => return status,
    };
    let report = Migrator::open(&config.database).and_then(|mut migrator| match what {
        Migrate::Up => migrator.up().map(|done| moved("applied", &done)),
        Migrate::Down { count } => migrator.down(*count).map(|done| moved("undid", &done)),
        Migrate::Status => status(&migrator),
    });
    match report {
        Ok(text) => show(&text),
        Err(error) => {
            let what = format!("cannot move the schema of `{}`", config.database.display());
            failed(
                what,
                causes(&error),
                "`asset-manager migrate status` shows where the schema is; nothing of the failed migration was kept",
            )
        }
    }
}

fn moved(verb: &str, done: &[Migration]) -> String {
    if done.is_empty() {
        return "nothing to do\n".to_owned();
    }
    done.iter().map(|one| format!("{verb} {} ({})\n", one.version, one.name)).collect()
}

fn status(migrator: &Migrator) -> Result<String, MigrationError> {
    let lines = migrator.status()?.into_iter().map(|state| {
        let when = state.applied_at.map_or("pending".to_owned(), |at| format!("applied {at}"));
        let note = if state.known { "" } else { "  (by a newer version)" };
        format!("{:>4}  {:<24}  {when}{note}\n", state.version, state.name)
    });
    Ok(lines.collect())
}

/// The error and what caused it, in one line.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        next = cause.source();
    }
    text
}
