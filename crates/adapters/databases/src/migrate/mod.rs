//! Migrations, carried out: lock, history table, statements and their progress, on SQLite, PostgreSQL, MySQL and MariaDB.
//!
//! What is done and what is recorded of it are one transaction where the engine can: on PostgreSQL and SQLite for all that may stand in a
//! transaction, on MySQL for rows. For what cannot, an intent is recorded before and the outcome after; whoever finds an intent without an outcome
//! looks for its signs in the catalogue, and asks a person where there are none ([`MigrateError::InDoubt`]).

mod drive;
mod error;
mod foreign;
mod heads;
mod mysql;
mod patience;
mod postgres;
mod record;
mod schema;
mod session;
mod settle;
mod sqlite;

use std::time::Duration;

use callsheet_migrations::{Applied, Engine, Finding, Goal, Set, Step};

pub use error::MigrateError;
pub use foreign::Foreign;
pub use heads::{Heads, Watched};
pub use schema::{Schema, SchemaError, read_folder};

use crate::Address;
use session::Session;

/// A connection for migrations.
pub struct Database(Connection);

enum Connection {
    Postgres(postgres::Postgres),
    Mysql(mysql::Mysql),
    Sqlite(sqlite::Sqlite),
}

/// How to go about it.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long locks are waited for: the migration lock, and each statement's own.
    pub patience: Duration,
    /// Apply files older than the newest applied revision, too.
    pub out_of_order: bool,
    /// What a person says of a statement of whose end nothing is known.
    pub settle: Option<Settle>,
    /// Who does it, for the history.
    pub by: String,
}

/// A person's word on a statement in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settle {
    /// It happened.
    Done,
    /// It did not: run it.
    Again,
}

/// What happens, while it does.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A lock is waited for; what for, and who has it where that is known.
    Waiting(&'a str),
    /// A step begins.
    Began(&'a Step),
    /// Of the step's statements so many are done (of so many), and that is recorded.
    Progress(&'a Step, usize, usize),
    /// About to run the statement with this index (from 0); for one that stands in no transaction its intent is recorded.
    Statement(&'a Step, usize),
    /// A statement was passed over, because its result is there already.
    Passed(&'a Step, usize),
    /// An invalid index that a failed build left behind was dropped.
    Cleaned(&'a str),
    /// The step is done, after so long.
    Ended(&'a Step, Duration),
}

/// Told of each event, in order.
pub type Watch<'w> = &'w mut dyn FnMut(Event);

/// What was done.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The steps done, in order.
    pub steps: Vec<Step>,
    /// What whoever reads the screen should know.
    pub notes: Vec<Finding>,
    /// What the database says afterwards.
    pub history: Vec<Applied>,
}

macro_rules! on {
    ($self:expr, $session:ident => $do:expr) => {
        match &mut $self.0 {
            Connection::Postgres($session) => $do,
            Connection::Mysql($session) => $do,
            Connection::Sqlite($session) => $do,
        }
    };
}

// === impl Database ===

impl Database {
    /// Connects. With `make`, an SQLite file that is not there is made. On SQLite this and all else blocks the thread.
    pub async fn connect(address: &Address, make: bool) -> Result<Database, MigrateError> {
        let refused = |cause: String| MigrateError::Connect { place: address.describe(), cause };
        Ok(Database(match address {
            Address::Postgres(url) => {
                Connection::Postgres(postgres::Postgres::connect(url, &address.describe()).await.map_err(refused)?)
            }
            Address::Mysql(url) => {
                Connection::Mysql(mysql::Mysql::connect(url, &address.describe()).await.map_err(refused)?)
            }
            Address::Sqlite(path) => {
                Connection::Sqlite(sqlite::Sqlite::open(path, &address.describe(), make).map_err(refused)?)
            }
        }))
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        match &self.0 {
            Connection::Postgres(_) => Engine::Postgres,
            Connection::Mysql(_) => Engine::Mysql,
            Connection::Sqlite(_) => Engine::Sqlite,
        }
    }

    /// What was applied, in the order of revisions. Changes nothing.
    pub async fn history(&mut self) -> Result<Vec<Applied>, MigrateError> {
        on!(self, session => drive::history(session).await)
    }

    /// What another tool's history table says, if there is one. Changes nothing.
    pub async fn foreign(&mut self) -> Result<Option<Foreign>, MigrateError> {
        on!(self, session => foreign::read(session).await)
    }

    /// Brings the database to `goal`, under the lock. After an error it is at a known revision, which [`Database::history`] tells.
    pub async fn migrate(
        &mut self,
        set: &Set,
        goal: &Goal,
        options: &Options,
        watch: Watch<'_>,
    ) -> Result<Outcome, MigrateError> {
        on!(self, session => drive::migrate(session, set, goal, options, watch).await)
    }

    /// As [`Database::migrate`], unless what is applied differs from `expected` by the time that the lock is had: [`MigrateError::Changed`].
    pub async fn migrate_from(
        &mut self,
        expected: &[Applied],
        set: &Set,
        goal: &Goal,
        options: &Options,
        watch: Watch<'_>,
    ) -> Result<Outcome, MigrateError> {
        on!(self, session => drive::migrate_from(session, expected, (set, goal), options, watch).await)
    }

    /// What a tool of one's own says is applied, in its own words; `None` if no tool that is known here has a table. Changes nothing.
    pub async fn heads(&mut self) -> Result<Option<Heads>, MigrateError> {
        on!(self, session => heads::read(session).await)
    }

    /// Does something else under the migration lock: another tool's migrations. SQLite has no such lock.
    pub async fn under_lock<T>(
        &mut self,
        options: &Options,
        watch: Watch<'_>,
        act: impl AsyncFnOnce() -> T,
    ) -> Result<Watched<T>, MigrateError> {
        on!(self, session => drive::under_lock(session, options, watch, act).await)
    }

    /// Marks revisions of `set` as applied without running anything, or accepts their changed files; gives the history afterwards.
    pub async fn baseline(
        &mut self,
        set: &Set,
        revisions: &[callsheet_migrations::Revision],
        options: &Options,
        watch: Watch<'_>,
    ) -> Result<Vec<Applied>, MigrateError> {
        on!(self, session => drive::baseline(session, set, revisions, options, watch).await)
    }

    /// Ends the connection in good order.
    pub async fn close(self) {
        match self.0 {
            Connection::Postgres(session) => session.close().await,
            Connection::Mysql(session) => session.close().await,
            Connection::Sqlite(session) => session.close().await,
        }
    }
}

// === impl Settle ===

impl Settle {
    /// As it is written on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Settle::Done => "done",
            Settle::Again => "again",
        }
    }
}
