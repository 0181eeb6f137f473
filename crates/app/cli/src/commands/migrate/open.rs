//! Which database is meant, and a connection to it.

use std::future::Future;

use callsheet_databases::Address;
use callsheet_databases::migrate::{Database, Foreign, MigrateError};
use callsheet_migrations::{Applied, Engine, Finding, Set, Severity};

use super::{Which, failed, files};
use crate::commands::called;
use crate::context::Context;
use crate::databases;
use crate::failure::Failure;
use crate::settings::Settings;

/// A database and its files.
pub(super) struct Opened {
    pub(super) address: Address,
    pub(super) set: Set,
    /// The folder of the files, as it is shown.
    pub(super) folder: String,
}

/// What a database says of itself.
#[derive(Default)]
pub(super) struct Known {
    pub(super) history: Vec<Applied>,
    pub(super) foreign: Option<Foreign>,
}

pub(super) fn open(which: &Which, context: &Context) -> Result<Opened, Failure> {
    let settings = Settings::here(context)?;
    let address = address(which, &settings)?;
    let folder = files::folder(which, &settings)?;
    let set = files::read(&folder, address.engine())?;
    Ok(Opened { address, set, folder: files::shown(&folder) })
}

pub(super) fn address(which: &Which, settings: &Settings) -> Result<Address, Failure> {
    let text = databases::find(which.database.as_deref(), settings)?.url(settings, which.env.as_deref())?;
    let address = Address::parse(text.expose()).map_err(|error| Failure::user(error.to_string()))?;
    Ok(address.in_folder(&settings.root))
}

impl Opened {
    pub(super) fn engine(&self) -> Engine {
        self.address.engine()
    }

    /// Faults of the files: with one, nothing is run.
    pub(super) fn sound(&self) -> Result<(), Failure> {
        let faults: Vec<&Finding> =
            self.set.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
        if faults.is_empty() { Ok(()) } else { Err(failed::findings("the migration files are not in order", &faults)) }
    }

    /// What the database says; nothing is changed or made.
    pub(super) fn known(&self) -> Result<Known, Failure> {
        if let Address::Sqlite(path) = &self.address
            && !path.exists()
        {
            return Ok(Known::default());
        }
        self.with(false, async |database| {
            let history = database.history().await?;
            let foreign = if history.is_empty() { database.foreign().await? } else { None };
            Ok(Known { history, foreign })
        })
    }

    /// Connects, does something, and ends the connection in good order.
    pub(super) fn with<T>(
        &self,
        make: bool,
        act: impl AsyncFnOnce(&mut Database) -> Result<T, MigrateError>,
    ) -> Result<T, Failure> {
        let all = async {
            let mut database = Database::connect(&self.address, make).await?;
            let done = act(&mut database).await;
            database.close().await;
            done
        };
        block(all)?.map_err(failed::migrate)
    }
}

fn block<T>(task: impl Future<Output = T>) -> Result<T, Failure> {
    called::block_on(task)
}
