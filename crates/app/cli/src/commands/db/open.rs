//! Which servers, and their book.

use std::path::PathBuf;

use callsheet_databases::Address;
use callsheet_databases::replication::{Cluster, Log, LogError, Member};
use callsheet_replicas::Book;

use super::Which;
use crate::actor;
use crate::context::Context;
use crate::databases;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;

/// A database's servers.
pub(super) struct Opened {
    /// The database's name.
    pub name: String,
    /// Them.
    pub cluster: Cluster,
    /// The address that callsheet.toml gives for the database itself, if it is known.
    pub address: Option<Address>,
    /// What the book of its primaries says.
    pub book: Book,
    path: PathBuf,
}

pub(super) fn open(which: &Which, context: &Context) -> Result<Opened, Failure> {
    let settings = Settings::here(context)?;
    let named = databases::find(which.database.as_deref(), &settings)?;
    let servers = named.config.map(|config| &config.servers).filter(|servers| !servers.is_empty());
    let Some(servers) = servers else {
        let name = &named.name;
        return Err(Failure::configuration(format!("callsheet.toml does not say which servers have `{name}`")).hint(format!(
            "write `[databases.{name}.servers.db1]` with `url = \"$DB1_ADMIN_URL\"`, and the same for each other one"
        )));
    };
    let mut cluster = Cluster::default();
    for (server, config) in servers {
        let url = databases::resolved(&config.source.url, server, &settings, which.env.as_deref())?;
        let address = Address::parse(url.expose()).map_err(|error| {
            Failure::configuration(format!("the address of `{server}` is not understood")).because(&error)
        })?;
        cluster.members.insert(server.clone(), Member { address, fence: config.fence.clone() });
    }
    let address = named.url(&settings, which.env.as_deref()).ok().and_then(|url| Address::parse(url.expose()).ok());
    let path = settings.state.join("primaries").join(format!("{}.jsonl", named.name));
    let book = Log::read(&path).map_err(failed)?;
    Ok(Opened { name: named.name, cluster, address, book, path })
}

impl Opened {
    /// The book, to be written in by nobody else. It must say what it said before.
    pub(super) fn log(&self) -> Result<Log, Failure> {
        let log = Log::open(&self.path, &actor::current().name).map_err(failed)?;
        if *log.book() != self.book {
            let failure = Failure::user("another command has switched meanwhile, so nothing was done");
            return Err(failure.exit(Exit::Locked).hint("`callsheet db status` shows how it is now"));
        }
        Ok(log)
    }

    /// Whether the database's own address is that of `server`.
    pub(super) fn is_at(&self, server: &str) -> bool {
        let there = self.cluster.members.get(server).map(|member| member.address.describe());
        self.address.as_ref().is_some_and(|address| Some(address.describe()) == there)
    }
}

pub(super) fn failed(error: LogError) -> Failure {
    let failure = match error {
        LogError::Locked => Failure::user(error.to_string()).exit(Exit::Locked),
        LogError::File { .. } | LogError::Line { .. } => Failure::environment(error.to_string()),
    };
    failure.because_of(&error)
}
