//! What the service asks of PostgreSQL. A write is durable when it answers, and happens whole or not at all.

mod assets;
mod documents;
mod integrity;
mod jobs;
mod projects;
mod users;

use std::sync::Arc;
use std::time::{Duration, Instant};

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

pub use assets::{Asset, NewAsset};
pub use fleet_kit::paging::Page;
pub use integrity::Findings;
pub use jobs::{Claim, Job, JobKind, NewJob, Outcome};
pub use projects::{EditRow, NewProject, Picture, Project, ProjectChange};
pub use users::{NewUser, Role, User};

/// Statements that take longer are told in the log and counted.
const SLOW: Duration = Duration::from_millis(200);

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
    #[error("there is no such row")]
    Missing,
    #[error("the row is at version {current}")]
    Stale {
        /// Its version now.
        current: i64,
    },
    /// It contradicts what is there; the words are for the client.
    #[error("{0}")]
    Conflict(&'static str),
    /// Changes are locked while something is repaired.
    #[error("changes are locked")]
    Locked,
    /// A row that a migration did not finish with.
    #[error("a migration did not finish with this row")]
    HalfMigrated,
    #[error("too much waits for the database")]
    Busy,
    /// The database does not answer; it may do so again.
    #[error("{doing}: {cause}")]
    Unreachable { doing: &'static str, cause: String },
    #[error("{doing}: {cause}")]
    Failed { doing: &'static str, cause: String },
}

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Store {
    /// Reached by at most `most` connections; none is opened yet.
    pub fn open(url: &Secret, most: usize, faults: Faults, generation: Generation) -> Result<Store, ConnectError> {
        Ok(Store { pool: Arc::new(Pool::open(url, SERVICE, most)?), faults, generation })
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
        let injected = |fault: Injected| StoreError::Unreachable { doing, cause: fault.to_string() };
        self.faults.query("database").await.map_err(injected)?;
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
        let started = Instant::now();
        let client = self.client(doing).await?;
        let asked = async {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, parameters).await?.iter().map(row).collect::<Result<Vec<T>, Error>>()
        };
        let rows = asked.await.map_err(failed(doing));
        note_time(doing, started.elapsed());
        rows
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

fn note_time(doing: &'static str, took: Duration) {
    metrics::histogram!("database_query_duration_seconds").record(took.as_secs_f64());
    if took > SLOW {
        metrics::counter!("database_slow_queries_total").increment(1);
        tracing::warn!(doing, took_ms = took.as_millis() as u64, "slow query");
    }
}

/// For `map_err`: the database's word as the store's.
fn failed(doing: &'static str) -> impl Fn(Error) -> StoreError {
    move |error| match error.code() {
        // The row pointed to is gone.
        Some(&SqlState::FOREIGN_KEY_VIOLATION) => StoreError::Missing,
        _ if is_lost(&error) => StoreError::Unreachable { doing, cause: words(&error) },
        _ => StoreError::Failed { doing, cause: words(&error) },
    }
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
