//! What the service asks of PostgreSQL. A write is durable when it answers, and happens whole or not at all.

mod attachments;
mod audit;
mod beneficiaries;
mod budgets;
mod documents;
mod events;
mod payments;
mod sealed;
mod users;

use std::sync::Arc;

use fleet_kit::Faults;
use fleet_kit::config::Secret;
use fleet_kit::faults::Injected;
use fleet_kit::postgres::{ConnectError, Pool, is_lost, words};
use jiff::{Timestamp, Unit};
use serde_json::Value;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};

use crate::config::SERVICE;
use crate::generation::Generation;

pub use attachments::NewAttachment;
pub use beneficiaries::SealedBeneficiary;
pub use events::Event;
pub use fleet_kit::paging::Page;

/// A migrated database. Clones share its connections.
#[derive(Clone)]
pub struct Store {
    pool: Arc<Pool>,
    faults: Faults,
    generation: Generation,
}

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
    /// It contradicts what is there; the words are for the client.
    #[error("{0}")]
    Conflict(String),
    /// Others refer to it, so it stays.
    #[error("{} others refer to it", .0.len())]
    Referred(Vec<Reference>),
    /// Too much waits for the database already.
    #[error("too much waits for the database")]
    Busy,
    /// The database does not answer; it may do so again.
    #[error("{doing}: {cause}")]
    Unreachable {
        /// A verb phrase ("making a document").
        doing: &'static str,
        /// What kept it; for the log.
        cause: String,
    },
    /// The database failed.
    #[error("{doing}: {cause}")]
    Failed {
        /// A verb phrase ("making a document").
        doing: &'static str,
        /// The database's words; for the log.
        cause: String,
    },
}

/// Something that refers to something else.
#[derive(Clone, Debug)]
pub struct Reference {
    /// `document`, `commitment` or `payment`.
    pub kind: &'static str,
    pub id: uuid::Uuid,
    /// Its title, purpose or reference.
    pub name: String,
}

/// How far the schema is.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    pub revision: i32,
    /// The oldest release that may run on it.
    pub oldest_release: i32,
}

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Store {
    /// Reached by at most `most` connections; none is opened yet.
    pub fn open(url: &Secret, most: usize, faults: Faults, generation: Generation) -> Result<Store, ConnectError> {
        Ok(Store { pool: Arc::new(Pool::open(url, SERVICE, most)?), faults, generation })
    }

    /// Reads the schema's row for a change, which a standby would refuse.
    pub async fn check(&self) -> Result<Condition, StoreError> {
        let sql = "SELECT revision, oldest_release FROM schema_revision FOR UPDATE";
        let condition = |row: &Row| Ok(Condition { revision: row.try_get(0)?, oldest_release: row.try_get(1)? });
        self.rows("checking the database", sql, &[], condition).await?.into_iter().next().ok_or(StoreError::Missing)
    }

    /// How many connections are open, in use and waited for.
    pub fn figures(&self) -> Value {
        self.pool.figures()
    }

    /// Holds every connection while a drill wants it so; runs as long as the process.
    pub async fn exhaust_while_told(self) {
        self.pool.hold_while_told(&self.faults).await;
    }

    async fn client(&self, doing: &'static str) -> Result<deadpool_postgres::Object, StoreError> {
        self.faults
            .query("database")
            .await
            .map_err(|fault: Injected| StoreError::Unreachable { doing, cause: fault.to_string() })?;
        self.pool.get().await.map_err(|error| match error {
            ConnectError::Exhausted => StoreError::Busy,
            other => StoreError::Unreachable { doing, cause: other.to_string() },
        })
    }

    /// The rows that one statement gives.
    async fn rows<T>(
        &self,
        doing: &'static str,
        sql: &str,
        parameters: Parameters<'_>,
        row: impl Fn(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, StoreError> {
        let client = self.client(doing).await?;
        let asked = async {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, parameters).await?.iter().map(row).collect::<Result<Vec<T>, Error>>()
        };
        asked.await.map_err(failed(doing))
    }

    /// The first of them.
    async fn row<T>(
        &self,
        doing: &'static str,
        sql: &str,
        parameters: Parameters<'_>,
        row: impl Fn(&Row) -> Result<T, Error>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(doing, sql, parameters, row).await?.into_iter().next())
    }
}

/// For `map_err`: the database's word as the store's.
fn failed(doing: &'static str) -> impl Fn(Error) -> StoreError {
    move |error| match error.code() {
        // The row pointed to is gone.
        Some(&SqlState::FOREIGN_KEY_VIOLATION) => StoreError::Missing,
        // The server ended it after the longest time that a statement may take: somebody holds what it needs.
        Some(&SqlState::QUERY_CANCELED) => StoreError::Busy,
        _ if is_lost(&error) => StoreError::Unreachable { doing, cause: words(&error) },
        _ => StoreError::Failed { doing, cause: words(&error) },
    }
}

/// Whether a unique index refused the row.
fn is_taken(error: &Error) -> bool {
    error.code() == Some(&SqlState::UNIQUE_VIOLATION)
}

/// Now, to the millisecond that is shown.
fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}

/// A column with a moment, as shown: RFC 3339 in UTC with milliseconds.
fn moment(row: &Row, column: usize) -> Result<String, Error> {
    row.try_get::<_, Timestamp>(column).map(|at| format!("{at:.3}"))
}

/// The same, or nothing.
fn optional_moment(row: &Row, column: usize) -> Result<Option<String>, Error> {
    row.try_get::<_, Option<Timestamp>>(column).map(|at| at.map(|at| format!("{at:.3}")))
}

/// A column with an id.
fn id<Id: From<uuid::Uuid>>(row: &Row, column: usize) -> Result<Id, Error> {
    row.try_get::<_, uuid::Uuid>(column).map(Id::from)
}
