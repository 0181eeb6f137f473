//! A database's schema for callers without a runtime: which files there are, what was applied, and the way down.

use std::io;
use std::path::Path;
use std::time::Duration;

use callsheet_migrations::{Applied, Engine, File, Goal, Set};
use tokio::runtime::Builder;

use super::{Database, MigrateError, Options};
use crate::Address;

/// A database with its migration files.
#[derive(Clone, Debug)]
pub struct Schema {
    address: Address,
    /// The files.
    pub set: Set,
    /// What was applied, in the order of revisions.
    pub history: Vec<Applied>,
}

/// Why a schema is not known, or not changed.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The files.
    #[error("the migration files in `{folder}` cannot be read")]
    Files {
        /// Where.
        folder: String,
        /// Why.
        source: io::Error,
    },
    /// The files, in words.
    #[error("the migration files are not in order: {0}")]
    Faulty(String),
    /// No thread for it.
    #[error("nothing can be asked")]
    Runtime(#[source] io::Error),
    /// The database.
    #[error(transparent)]
    Database(#[from] MigrateError),
}

impl SchemaError {
    /// Whether the same may go well later, with what was done meanwhile kept.
    pub fn passes(&self) -> bool {
        use MigrateError::{Busy, Changed, Connect, Locked, Lost};
        matches!(self, SchemaError::Database(Busy { .. } | Changed | Connect { .. } | Locked { .. } | Lost { .. }))
    }
}

/// The migration files of a folder; one that is not there has none. `shown` names a file for people.
pub fn read_folder(folder: &Path, engine: Engine, shown: impl Fn(&Path) -> String) -> io::Result<Set> {
    let mut files = Vec::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "sql") && path.is_file() {
                files.push(File { path: shown(&path), text: std::fs::read_to_string(&path)? });
            }
        }
    }
    Ok(Set::read(files, engine))
}

impl Schema {
    /// Reads both; changes nothing. Blocks.
    pub fn read(address: Address, folder: &Path) -> Result<Schema, SchemaError> {
        let set = read_folder(folder, address.engine(), |path| path.display().to_string())
            .map_err(|source| SchemaError::Files { folder: folder.display().to_string(), source })?;
        let faulty = set.findings.iter().find(|finding| finding.severity == callsheet_migrations::Severity::Error);
        if let Some(fault) = faulty {
            return Err(SchemaError::Faulty(format!("{}: {}", fault.place(), fault.what)));
        }
        let history = match &address {
            Address::Sqlite(path) if !path.exists() => Vec::new(),
            address => block(async {
                let mut database = Database::connect(address, false).await?;
                let history = database.history().await;
                database.close().await;
                history
            })?,
        };
        Ok(Schema { address, set, history })
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        self.address.engine()
    }

    /// Undoes what was applied beyond a revision, or all, if what is applied is still what was read. Blocks.
    pub fn go_down(&mut self, to: Option<callsheet_migrations::Revision>, by: &str) -> Result<(), SchemaError> {
        let options =
            Options { patience: Duration::from_secs(60), out_of_order: false, settle: None, by: by.to_owned() };
        let outcome = block(async {
            let mut database = Database::connect(&self.address, false).await?;
            let goal = Goal::Down(to);
            let outcome = database.migrate_from(&self.history, &self.set, &goal, &options, &mut |_| {}).await;
            database.close().await;
            outcome
        })?;
        self.history = outcome.history;
        Ok(())
    }
}

fn block<T>(task: impl Future<Output = Result<T, MigrateError>>) -> Result<T, SchemaError> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(SchemaError::Runtime)?;
    runtime.block_on(task).map_err(SchemaError::Database)
}
