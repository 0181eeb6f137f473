//! What the service keeps in MariaDB (or MySQL): one statement per request where one can do it, a transaction where not.
//! A write is durable when it answers, and happens whole or not at all.

mod budget;
mod days;
mod figures;
mod operator;
mod projects;
mod rows;
mod scenes;
mod scripts;
mod shots;
mod slow_log;
mod team;
mod users;
mod work;

use std::time::Duration;

use fleet_kit::Faults;
use fleet_kit::config::Secret;
use fleet_kit::faults::Injected;
use fleet_kit::mysql::{ConnectError, Pool};
use serde_json::Value;

pub use figures::DayFigures;
pub use slow_log::{SlowLog, SlowQuery};

use crate::release::Release;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row, or no longer.
    #[error("there is no such row")]
    Missing,
    /// The row is at another version than the caller expected.
    #[error("the row is at version {current}")]
    Stale {
        /// Its version now.
        current: i64,
    },
    /// It contradicts what is there; a sentence for the client.
    #[error("{0}")]
    Conflict(&'static str),
    /// Too much waits for the database already.
    #[error("too much waits for the database")]
    Busy,
    /// The database does not answer; it may do so again.
    #[error("{doing}: {cause}")]
    Unreachable {
        /// A verb phrase ("creating a film").
        doing: &'static str,
        /// What kept it; for the log.
        cause: String,
    },
    /// The database failed.
    #[error("{doing}: {cause}")]
    Failed {
        /// A verb phrase ("creating a film").
        doing: &'static str,
        /// The database's words; for the log.
        cause: String,
    },
}

/// The database.
pub struct Store {
    pool: Pool,
    faults: Faults,
    slow: SlowLog,
    release: Release,
}

/// How to reach the database.
pub struct Reach<'a> {
    /// `mysql://…`
    pub url: &'a Secret,
    /// How many connections at most.
    pub connections_most: usize,
    /// How long a request waits for one.
    pub wait: Duration,
    /// Statements that take longer are noted as slow.
    pub slow_after: Duration,
}

impl Store {
    /// A migrated database; no connection is opened yet.
    pub fn open(reach: &Reach<'_>, release: Release, faults: Faults) -> Result<Store, ConnectError> {
        let pool = Pool::open(reach.url, reach.connections_most, reach.wait, faults.clone())?;
        Ok(Store { pool, faults, slow: SlowLog::new(reach.slow_after), release })
    }

    /// The newest statements that took too long.
    pub fn slow_queries(&self) -> Vec<SlowQuery> {
        self.slow.list()
    }

    /// How many connections are open, in use and waited for.
    pub fn pool(&self) -> Value {
        self.pool.figures()
    }

    /// Which release's columns are read and written.
    pub fn release(&self) -> Release {
        self.release
    }

    /// Asks the server who it is and whether it takes writes.
    pub async fn check(&self) -> Result<String, StoreError> {
        let doing = "checking the database";
        let row = |row: &mut mysql_async::Row| Ok((rows::text(row, 0)?, rows::get::<bool>(row, 1)?));
        let answer = self.read_one(doing, "SELECT VERSION(), @@global.read_only", (), row).await?;
        match answer {
            Some((version, false)) => Ok(version),
            Some(_) => Err(StoreError::Failed { doing, cause: "the server is read-only".to_owned() }),
            None => Err(StoreError::Missing),
        }
    }
}

/// A drill's word as the store's.
fn injected(doing: &'static str, outcome: Result<(), Injected>) -> Result<(), StoreError> {
    outcome.map_err(|fault| match fault {
        Injected::Dependency(_) => StoreError::Unreachable { doing, cause: fault.to_string() },
        Injected::FullDisk => StoreError::Failed { doing, cause: fault.to_string() },
    })
}

fn not_connected(doing: &'static str) -> impl Fn(ConnectError) -> StoreError {
    move |error| match error {
        ConnectError::Exhausted => StoreError::Busy,
        other => StoreError::Unreachable { doing, cause: other.to_string() },
    }
}
