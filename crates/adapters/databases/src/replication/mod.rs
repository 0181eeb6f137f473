//! Primary and replicas of PostgreSQL and MariaDB: looked at, and switched by acts that may each be done twice.
//!
//! `callsheet-replicas` decides; here is what it decides on and what it wants done. The book ([`Log`]) has a synced line before each act and after it.

mod command;
mod drive;
mod log;
mod mariadb;
mod postgres;

use std::collections::BTreeMap;
use std::time::Duration;

use callsheet_replicas::{Act, Order, Position, Seen, Servers, Switch, may_go_back, strays};
use futures_util::future::join_all;

pub use drive::{Told, begin, go_on};
pub use log::{Log, LogError};

use crate::Address;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Between two looks at something that is waited for.
const PAUSE: Duration = Duration::from_millis(50);

/// One of a database's servers.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its address, for an administrator.
    pub address: Address,
    /// A command that makes it stop from outside.
    pub fence: Option<String>,
}

/// The servers of a database, by name.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// Them.
    pub members: BTreeMap<String, Member>,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A replica to get what it lacks of a closed primary, and to become the primary.
    pub catch_up: Duration,
    /// The fence command.
    pub fence: Duration,
}

/// What an act brought about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Done {
    /// What the replica has, which is all that the closed primary had.
    position: Option<Position>,
    /// PostgreSQL: the closed primary's number of changes by then.
    writes: Option<u64>,
    /// For people.
    said: String,
}

impl Done {
    fn said(text: impl Into<String>) -> Done {
        Done { position: None, writes: None, said: text.into() }
    }
}

// === impl Cluster ===

impl Cluster {
    /// Looks at every server, all at once; changes nothing.
    pub async fn look(&self) -> Servers {
        let looks = self.members.iter().map(async |(name, member)| (name.clone(), look(&member.address).await));
        join_all(looks).await.into_iter().collect()
    }

    /// Makes a server take no more writes, and runs its fence command if it has one: for an older primary that is back. Tells what was done.
    pub async fn fence(&self, name: &str, limits: Limits) -> Result<String, String> {
        let member = self.member(name)?;
        let closed = close(&member.address, false).await;
        let Some(command) = &member.fence else { return closed.map(|done| done.said) };
        let fenced = command::run(command, name, limits.fence).await?;
        Ok(match closed {
            Ok(closed) => format!("{}; {}", closed.said, fenced.said),
            Err(why) => format!("{} (it could not be closed before: {why})", fenced.said),
        })
    }

    /// Does what was decided of `switch` when the servers were `seen` so.
    async fn perform(&self, (switch, seen): (&Switch, &Servers), act: Act, limits: Limits) -> Result<Done, String> {
        let order = &switch.order;
        let (from, to) = (self.member(&order.from)?, self.member(&order.to)?);
        match act {
            // As long as all can be as it was, nothing is half done; from there on whatever can be done is.
            Act::Close => close(&from.address, may_go_back(switch, seen)).await,
            Act::Reopen => match &from.address {
                Address::Postgres(url) => postgres::reopen(url).await,
                Address::Mysql(url) => mariadb::reopen(url).await,
                Address::Sqlite(_) => Err(no_servers()),
            },
            Act::CatchUp => match (&from.address, &to.address) {
                (Address::Postgres(from), Address::Postgres(to)) => postgres::catch_up(from, to, limits.catch_up).await,
                (Address::Mysql(from), Address::Mysql(to)) => mariadb::catch_up(from, to, limits.catch_up).await,
                _ => Err("the two servers are not of one kind".to_owned()),
            },
            Act::Fence => match &from.fence {
                Some(command) => command::run(command, &order.from, limits.fence).await,
                None => Err(format!("callsheet.toml has no `fence` for `{}` any more", order.from)),
            },
            Act::Repoint => self.repoint(order, limits.catch_up).await,
            Act::Promote => match &to.address {
                Address::Postgres(url) => postgres::promote(url, limits.catch_up).await,
                Address::Mysql(url) => mariadb::promote(url, limits.catch_up).await,
                Address::Sqlite(_) => Err(no_servers()),
            },
        }
    }

    /// Leads the replicas that its changes do not reach to the newer primary, one after the other. All are tried.
    async fn repoint(&self, order: &Order, limit: Duration) -> Result<Done, String> {
        let to = &self.member(&order.to)?.address;
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        for name in strays(&self.look().await, &order.to).into_iter().filter(|name| *name != order.from) {
            let led = match (&self.member(&name)?.address, to) {
                (Address::Postgres(replica), Address::Postgres(to)) => postgres::repoint(replica, to, limit).await,
                (Address::Mysql(replica), Address::Mysql(to)) => mariadb::repoint(replica, to, limit).await,
                _ => Err("the two servers are not of one kind".to_owned()),
            };
            match led {
                Ok(()) => done.push(format!("`{name}` follows `{}`", order.to)),
                Err(why) => failed.push(format!("`{name}` does not: {why}")),
            }
        }
        match failed.is_empty() {
            true => Ok(Done::said(done.join(", "))),
            false => Err([done, failed].concat().join("; ")),
        }
    }

    fn member(&self, name: &str) -> Result<&Member, String> {
        self.members.get(name).ok_or_else(|| format!("callsheet.toml has no server `{name}` any more"))
    }
}

async fn look(address: &Address) -> Seen {
    let look = async {
        match address {
            Address::Postgres(url) => postgres::look(url).await,
            Address::Mysql(url) => mariadb::look(url).await,
            Address::Sqlite(_) => Seen::Denied(no_servers()),
        }
    };
    let late = |_| Seen::Silent(format!("no answer within {} s", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(late)
}

async fn close(address: &Address, all_or_nothing: bool) -> Result<Done, String> {
    match address {
        Address::Postgres(url) => postgres::close(url, all_or_nothing).await,
        Address::Mysql(url) => mariadb::close(url).await,
        Address::Sqlite(_) => Err(no_servers()),
    }
}

fn no_servers() -> String {
    "a SQLite database has no servers".to_owned()
}

/// What a failed connection tells of a server.
fn seen(kind: Option<std::io::ErrorKind>, answered: bool, why: String) -> Seen {
    // The number says nothing that the words do not.
    let why = why.split(" (os error").next().unwrap_or_default().to_owned();
    match (kind, answered) {
        (Some(std::io::ErrorKind::ConnectionRefused), _) => Seen::Refused(why),
        (_, true) => Seen::Denied(why),
        (_, false) => Seen::Silent(why),
    }
}

/// The kind of the operating system's error beneath, if there is one.
fn io_kind(error: &(dyn std::error::Error + 'static)) -> Option<std::io::ErrorKind> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        next = error.source();
    }
    None
}
