//! Bringing a database back: beside the live one, or in its place.

use std::path::Path;

use callsheet_backups::{Engine, Kind, Manifest, compare};

use crate::create::Watch;
use crate::instance::{Instance, Upto, drained};
use crate::{BackupError, Place, Repository, mysql, postgres, scratch, sqlite};

/// A database that was restored beside the live one.
#[derive(Clone, Debug)]
pub struct Beside {
    /// How it is started.
    pub start: String,
    /// Tables and other things that were compared with the record.
    pub compared: usize,
}

/// Restores into a folder, which must be empty or not there; started once, compared, ended.
pub fn restore_beside(
    repository: &Repository,
    manifest: &Manifest,
    place: Option<&Place>,
    upto: Upto,
    folder: &Path,
    watch: Watch<'_>,
) -> Result<Beside, BackupError> {
    if !mysql::scratch::is_free(folder) {
        return Err(BackupError::Refused(format!("`{}` is not empty: name another folder", folder.display())));
    }
    let failed = || BackupError::file(format!("cannot make `{}`", folder.display()));
    std::fs::create_dir_all(folder).map_err(failed())?;
    let folder = folder.canonicalize().map_err(failed())?;
    let instance = Instance::restore(repository, manifest, place, upto, &folder, watch)?;
    let found = instance.contents()?;
    let differences = if upto == Upto::Backup && !manifest.contents.is_empty() {
        compare(&manifest.contents, &found)
    } else {
        Vec::new()
    };
    let start = instance.keep()?;
    if differences.is_empty() {
        return Ok(Beside { start, compared: found.len() });
    }
    let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
    Err(BackupError::Refused(format!("what was restored is not what was recorded: {}", told.join("; "))))
}

/// Whether there is anything that a restore in place would replace.
pub fn is_empty(place: &Place) -> Result<bool, BackupError> {
    match place {
        Place::File(path) => sqlite::is_empty(path),
        Place::Server(server) => match place.engine() {
            Engine::Postgres => postgres::live::is_empty(server),
            Engine::Mysql => mysql::live::is_empty(server),
            Engine::Sqlite | Engine::Redis => Ok(false),
        },
    }
}

/// Restores in the place of what is there; gives how many things were compared with the record. `keep_owners`: on PostgreSQL, objects belong to whom they
/// belonged to.
pub fn restore_in_place(
    repository: &Repository,
    manifest: &Manifest,
    place: &Place,
    keep_owners: bool,
    scratch_in: &Path,
    watch: Watch<'_>,
) -> Result<usize, BackupError> {
    if manifest.engine != place.engine() {
        let (from, to) = (manifest.engine.name(), place.engine().name());
        return Err(BackupError::Refused(format!("a backup of {from} cannot be restored into {to}")));
    }
    if manifest.kind == Kind::Physical {
        let what = "a running server's files cannot be replaced: restore beside it (`--into DIR`), look, then let the service use that one";
        return Err(BackupError::Refused(what.to_owned()));
    }
    match place {
        Place::Server(server) => match manifest.engine {
            Engine::Postgres => {
                let mut source = repository.open(manifest)?;
                // Read to its end within the transaction: what is damaged must not be committed.
                postgres::live::replace(server, &mut source, &manifest.contents, keep_owners)
            }
            Engine::Mysql => {
                // Nothing can be rolled back here, so the whole backup is read once before.
                drained(&mut repository.open(manifest)?)?;
                let mut source = repository.open(manifest)?;
                mysql::live::replace(server, &mut source, &manifest.contents)
            }
            Engine::Sqlite | Engine::Redis => {
                let what = "Redis loads a snapshot only when it starts: restore into a folder (`--into DIR`) and start it there";
                Err(BackupError::Refused(what.to_owned()))
            }
        },
        Place::File(path) => {
            std::fs::create_dir_all(scratch_in).map_err(BackupError::file("cannot make the folder for copies"))?;
            let folder = scratch::folder(scratch_in)?;
            let instance = Instance::restore(repository, manifest, None, Upto::Backup, folder.path(), watch)?;
            let found = instance.contents()?;
            let differences = compare(&manifest.contents, &found);
            if !differences.is_empty() {
                let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
                return Err(BackupError::Differs(told.join("; ")));
            }
            sqlite::replace(&folder.path().join("restored.db"), path)?;
            Ok(found.len())
        }
    }
}
