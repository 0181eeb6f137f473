//! `migrate up|to|status` and `schema`.

use std::process::ExitCode;

use fleet_kit::config::Secret;

use super::{Migrate, causes, configured, failed, in_runtime, show};
use crate::migrations::{self, Fit, SchemaError};
use crate::release::Release;

const HINT: &str = "`film-studio migrate status` shows where the schema is; `callsheet migrate up` goes on behind a migration that stopped on its way";

/// Moves or shows the schema.
pub(super) fn migrate(release: Release, what: &Migrate) -> ExitCode {
    let config = match configured(release) {
        Ok(config) => config,
        Err(status) => return status,
    };
    match in_runtime(act(&config.database.url, release, what)) {
        Ok(Ok(text)) => show(&text),
        Ok(Err(error)) => failed("cannot move the database's schema", causes(&error), HINT),
        Err(error) => failed("cannot move the database's schema", error, HINT),
    }
}

async fn act(url: &Secret, release: Release, what: &Migrate) -> Result<String, SchemaError> {
    let to = match what {
        Migrate::Status => return status(url).await,
        Migrate::Up => match migrations::fit(url, release).await? {
            Fit::Good { revision } => return Ok(format!("nothing to do: the schema is at revision {revision}\n")),
            _ => release.schema().0,
        },
        Migrate::To { revision } => *revision,
    };
    let outcome = migrations::migrate(url, to).await?;
    if outcome.steps.is_empty() {
        return Ok("nothing to do\n".to_owned());
    }
    Ok(outcome
        .steps
        .iter()
        .map(|step| format!("{:?} {} {}\n", step.way, step.revision, step.name).to_lowercase())
        .collect())
}

async fn status(url: &Secret) -> Result<String, SchemaError> {
    let history = migrations::history(url).await?;
    let mut lines: String = history
        .iter()
        .map(|one| {
            format!(
                "{}  {:<24}  {} {}\n",
                one.revision,
                one.name,
                if one.is_whole() { "applied" } else { "half" },
                one.at
            )
        })
        .collect();
    let pending = migrations::newest().saturating_sub(history.len() as u32);
    lines.push_str(&format!("{pending} pending\n"));
    Ok(lines)
}

/// Says whether the schema fits.
pub(super) fn schema(release: Release) -> ExitCode {
    let config = match configured(release) {
        Ok(config) => config,
        Err(status) => return status,
    };
    match in_runtime(migrations::fit(&config.database.url, release)) {
        Ok(Ok(Fit::Good { revision })) => show(&format!("the schema fits: revision {revision}\n")),
        Ok(Ok(unfit)) => failed("the schema does not fit this release", told(&unfit), HINT),
        Ok(Err(error)) => failed("cannot look at the database's schema", causes(&error), HINT),
        Err(error) => failed("cannot look at the database's schema", error, HINT),
    }
}

/// What is wrong, and what to do.
pub(super) fn told(fit: &Fit) -> String {
    match fit {
        Fit::Good { revision } => format!("it is at revision {revision}"),
        Fit::Behind { revision, needed } => {
            format!(
                "it is at revision {revision}, this release needs {needed}: run `film-studio migrate up`, or set `MIGRATE_ON_START=true`"
            )
        }
        Fit::Ahead { revision, most } => format!(
            "it is at revision {revision}, which took away what this release needs; the newest that it runs on is {most}: run the newer release, or `callsheet migrate down --to {most:04}`"
        ),
        Fit::Half { revision } => format!("migration {revision} stopped on its way: run `callsheet migrate up`"),
    }
}
