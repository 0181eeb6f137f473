//! Which database, and where its backups lie.

use std::path::PathBuf;

use callsheet_backup_tools::{Identities, Location, Place, Recipients, Repository, Storage};
use callsheet_backups::Policy;
use callsheet_base::Secret;
use callsheet_secrets::Reference;

use super::failed;
use crate::commands::called::Format;
use crate::commands::secrets;
use crate::context::Context;
use crate::databases::{self, variable_of};
use crate::failure::Failure;
use crate::settings::Settings;

/// Which database; how to print.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// The database, by its name in callsheet.toml [default: the only one]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) database: Option<String>,
    /// The environment that the database belongs to [default: that of the run]
    #[arg(long, global = true, value_name = "ENV")]
    pub(crate) env: Option<String>,
    /// How to print: text or json
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub(crate) format: Format,
}

/// A database's backups.
pub(crate) struct Opened {
    /// The database's name.
    pub(crate) name: String,
    /// What was decided of its backups.
    pub(crate) policy: Policy,
    /// Them.
    pub(crate) repository: Repository,
    /// Where copies and locks may lie.
    pub(crate) work: PathBuf,
    url: Result<Secret<String>, Failure>,
    root: PathBuf,
}

/// What the backups are opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To add to them: the folder that is named is made if it is not there.
    Keep,
    /// To read what is in them: a folder that is named must be there.
    Look,
    /// To read or change what is said of them, or to take some away: nobody has to be able to decrypt them for that.
    List,
}

/// Opens the backups of the database that is meant. The database itself need not be there any more.
pub(crate) fn open(
    database: Option<&str>,
    environment: Option<&str>,
    purpose: Purpose,
    settings: &Settings,
) -> Result<Opened, Failure> {
    let named = databases::find(database, settings)?;
    let policy = named.config.and_then(|config| config.backup.clone()).unwrap_or_default();
    let location = match &policy.storage {
        None => Location::Folder(settings.state.join("backups")),
        Some(text) => match Location::parse(text, policy.endpoint.clone(), policy.region.clone()) {
            Location::Folder(folder) => Location::Folder(settings.root.join(folder)),
            bucket @ Location::Bucket { .. } => bucket,
        },
    };
    // The usual folder is our own.
    let storage = match purpose {
        Purpose::Look | Purpose::List if policy.storage.is_some() => Storage::there(&location),
        Purpose::Look | Purpose::List | Purpose::Keep => Storage::open(&location),
    };
    let storage = storage.map_err(failed)?;
    let recipients = Recipients::read(&policy.recipients).map_err(failed)?;
    let identity = policy.identity.as_deref().filter(|_| purpose != Purpose::List);
    let identities = match secret(identity, settings, environment)? {
        Some(text) => Identities::read(&text).map_err(failed)?,
        None => Identities::default(),
    };
    let seal_key = match (&policy.seal_key, secret(policy.seal_key.as_deref(), settings, environment)?) {
        (Some(named), None) => {
            return Err(Failure::configuration(format!("the seal key `{named}` is not there"))
                .hint("set the variable, or write the file; without it no manifest is believed"));
        }
        (_, key) => key.map(|text| Secret::new(text.expose().trim().as_bytes().to_vec())),
    };
    Ok(Opened {
        repository: Repository::new(storage, &named.name, recipients, identities, seal_key),
        url: named.url(settings, environment),
        name: named.name,
        policy,
        work: settings.state.join("scratch"),
        root: settings.root.clone(),
    })
}

/// `$VARIABLE`, `secret://NAME`, or a file; `None` if it is not there.
fn secret(
    named: Option<&str>,
    settings: &Settings,
    environment: Option<&str>,
) -> Result<Option<Secret<String>>, Failure> {
    let Some(named) = named else { return Ok(None) };
    if let Some(variable) = named.strip_prefix('$') {
        return Ok(variable_of(variable));
    }
    if named.parse::<Reference>().is_ok() {
        return secrets::said(named, settings, environment).map(Some);
    }
    let file = settings.root.join(named);
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::environment(format!("cannot read `{}`", file.display())).because(&error)),
    }
}

/// Opens what a command is about.
pub(super) fn of(which: &Which, purpose: Purpose, context: &Context) -> Result<Opened, Failure> {
    open(which.database.as_deref(), which.env.as_deref(), purpose, &Settings::here(context)?)
}

impl Opened {
    /// The database.
    pub(crate) fn place(&self) -> Result<Place, Failure> {
        match &self.url {
            Ok(url) => self.placed(url.expose()),
            Err(failure) => {
                let (causes, hints) = (failure.causes.clone(), failure.hints.clone());
                Err(Failure { causes, hints, ..Failure::user(failure.message.clone()) })
            }
        }
    }

    /// A database at an address; a file is meant from the root, wherever the command is typed.
    pub(crate) fn placed(&self, url: &str) -> Result<Place, Failure> {
        Ok(match Place::parse(url).map_err(failed)? {
            Place::File(path) => Place::File(self.root.join(path)),
            server @ Place::Server(_) => server,
        })
    }
}
