//! The schema's revisions. They are built into the program and lie as files for `callsheet migrate`; both keep one history, with the
//! same lock and the same progress by statement.

use std::time::Duration;

use callsheet_databases::migrate::{Database, MigrateError, Options, Outcome};
use callsheet_databases::{Address, AddressError};
use callsheet_migrations::{Applied, Engine, File, Goal, Revision, Set};
use fleet_kit::config::Secret;

use crate::release::Release;

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        [$(
            (concat!("migrations/", $name, ".up.sql"), include_str!(concat!("../migrations/", $name, ".up.sql"))),
            (concat!("migrations/", $name, ".down.sql"), include_str!(concat!("../migrations/", $name, ".down.sql"))),
        )+]
    };
}

const FILES: [(&str, &str); 14] = files![
    "0001_users",
    "0002_projects",
    "0003_scripts",
    "0004_shots",
    "0005_schedule_and_budget",
    "0006_shot_length",
    "0007_shot_seconds",
];

/// Why the schema cannot be looked at or moved.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error(transparent)]
    Migration(#[from] MigrateError),
}

/// Where the schema is, and whether the release works on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It does.
    Good { revision: u32 },
    /// Revisions are missing: the newest applied one, and the one that is needed.
    Behind { revision: u32, needed: u32 },
    /// A newer release has taken away what this one needs.
    Ahead { revision: u32, most: u32 },
    /// A migration stopped on its way.
    Half { revision: u32 },
}

fn set() -> Set {
    let files = FILES.iter().map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() });
    Set::read(files.collect(), Engine::Mysql)
}

/// `None` is before all.
fn revision(number: u32) -> Option<Revision> {
    if number == 0 {
        return None;
    }
    Revision::parse(&format!("{number:04}"))
}

fn number(applied: &Applied) -> u32 {
    applied.revision.as_str().parse().unwrap_or(0)
}

async fn connect(url: &Secret) -> Result<Database, SchemaError> {
    Ok(Database::connect(&Address::parse(url.expose())?, false).await?)
}

/// What was applied, in order.
pub async fn history(url: &Secret) -> Result<Vec<Applied>, SchemaError> {
    let mut database = connect(url).await?;
    let history = database.history().await;
    database.close().await;
    Ok(history?)
}

/// Whether `release` works on the schema as it is.
pub async fn fit(url: &Secret, release: Release) -> Result<Fit, SchemaError> {
    let history = history(url).await?;
    let (needed, most) = release.schema();
    let revision = history.iter().filter(|one| one.is_whole()).map(number).max().unwrap_or(0);
    Ok(match history.iter().find(|one| !one.is_whole()) {
        Some(half) => Fit::Half { revision: number(half) },
        None if revision < needed => Fit::Behind { revision, needed },
        // What comes after the newest known one is a later release's; it must have kept what this one needs, or says so itself.
        None if revision > most && most < newest() => Fit::Ahead { revision, most },
        None => Fit::Good { revision },
    })
}

/// The newest revision that is built in.
pub fn newest() -> u32 {
    (FILES.len() / 2) as u32
}

/// Brings the schema to a revision: up to it, or down to it.
pub async fn migrate(url: &Secret, to: u32) -> Result<Outcome, SchemaError> {
    let mut database = connect(url).await?;
    let history = database.history().await?;
    let now = history.iter().map(number).max().unwrap_or(0);
    let goal = if to >= now && to > 0 { Goal::Up(revision(to)) } else { Goal::Down(revision(to)) };
    let by = format!("film-studio ({})", std::process::id());
    let options = Options { patience: Duration::from_secs(60), out_of_order: false, settle: None, by };
    let outcome = database.migrate(&set(), &goal, &options, &mut |_| {}).await;
    database.close().await;
    Ok(outcome?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_count_from_one_without_gaps_and_can_be_undone() {
        let set = set();
        let numbers: Vec<String> = set.migrations.iter().map(|one| one.revision.as_str().to_owned()).collect();
        let expected: Vec<String> = (1..=newest()).map(|number| format!("{number:04}")).collect();
        assert_eq!(numbers, expected);
        assert!(set.migrations.iter().all(|one| one.down.is_some()), "a revision without a way down");
    }
}
