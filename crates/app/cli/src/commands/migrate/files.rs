//! The folder of the migration files.

use std::path::{Path, PathBuf};

use callsheet_databases::migrate::read_folder;
use callsheet_migrations::{Engine, Set};

use super::Which;
use crate::failure::Failure;
use crate::runbooks::current_folder;
use crate::settings::Settings;

/// Where they usually are, from the root.
const USUAL: [&str; 2] = ["migrations", "db/migrations"];

pub(super) fn folder(which: &Which, settings: &Settings) -> Result<PathBuf, Failure> {
    if let Some(folder) = &which.dir {
        return Ok(current_folder()?.join(folder));
    }
    let databases = &settings.config.databases;
    let database = match &which.database {
        Some(name) => databases.get(name),
        None if databases.len() == 1 => databases.values().next(),
        None => None,
    };
    if let Some(folder) = database.and_then(|database| database.migrations.as_ref()) {
        return Ok(settings.root.join(folder));
    }
    let found = USUAL.iter().map(|folder| settings.root.join(folder)).find(|folder| folder.is_dir());
    Ok(found.unwrap_or_else(|| settings.root.join(USUAL[0])))
}

/// The folder's files; a folder that is not there has none.
pub(super) fn read(folder: &Path, engine: Engine) -> Result<Set, Failure> {
    read_folder(folder, engine, shown)
        .map_err(|error| Failure::environment(format!("cannot read `{}`", folder.display())).because(&error))
}

/// From the current folder, if it is below it.
pub(super) fn shown(path: &Path) -> String {
    let below = std::env::current_dir().ok().and_then(|folder| path.strip_prefix(folder).ok().map(Path::to_owned));
    below.as_deref().unwrap_or(path).display().to_string()
}
