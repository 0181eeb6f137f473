//! PostgreSQL: a pool of connections, one statement per request where one can do it.

mod census;
mod components;
mod drill;
mod elements;
mod removals;
mod search;
mod universes;
mod users;

use fleet_kit::Faults;
use fleet_kit::config::Secret;
use fleet_kit::postgres::{ConnectError, Pool, is_lost, words};
use jiff::{Timestamp, Unit};
use serde_json::Value;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};

use super::{Answer, Condition, Store, StoreError};
use crate::config::SERVICE;

/// A PostgreSQL database.
pub struct Postgres {
    pool: Pool,
    faults: Faults,
}

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Postgres {
    /// A migrated database, reached by at most `most` connections; none is opened yet.
    pub fn open(url: &Secret, most: usize, faults: Faults) -> Result<Postgres, ConnectError> {
        Ok(Postgres { pool: Pool::open(url, SERVICE, most)?, faults })
    }

    async fn client(&self, doing: &'static str) -> Result<deadpool_postgres::Object, StoreError> {
        super::injected(doing, self.faults.query("database").await)?;
        self.pool.get().await.map_err(|error| match error {
            ConnectError::Exhausted => StoreError::Busy,
            other => StoreError::Unreachable { doing, cause: other.to_string() },
        })
    }

    /// A connection that will be written through.
    async fn writer(&self, doing: &'static str) -> Result<deadpool_postgres::Object, StoreError> {
        super::injected(doing, self.faults.disk_write())?;
        self.client(doing).await
    }

    /// The rows that a reading statement gives.
    async fn read<T>(
        &self,
        doing: &'static str,
        sql: &str,
        parameters: Parameters<'_>,
        row: impl Fn(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, StoreError> {
        let client = self.client(doing).await?;
        rows(&client, sql, parameters, row).await.map_err(failed(doing))
    }

    /// The rows that a writing statement gives.
    async fn write<T>(
        &self,
        doing: &'static str,
        sql: &str,
        parameters: Parameters<'_>,
        row: impl Fn(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, StoreError> {
        let client = self.writer(doing).await?;
        rows(&client, sql, parameters, row).await.map_err(failed(doing))
    }

    /// What a versioned change that touched no row means. `sql` reads the version of row `$1`.
    async fn untouched(&self, doing: &'static str, sql: &str, id: uuid::Uuid) -> StoreError {
        match self.read(doing, sql, &[&id], |row| row.try_get(0)).await.map(|rows| rows.into_iter().next()) {
            Ok(Some(current)) => StoreError::Stale { current },
            Ok(None) => StoreError::Missing,
            Err(error) => error,
        }
    }
}

async fn rows<T>(
    client: &deadpool_postgres::Object,
    sql: &str,
    parameters: Parameters<'_>,
    row: impl Fn(&Row) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let statement = client.prepare_cached(sql).await?;
    client.query(&statement, parameters).await?.iter().map(row).collect()
}

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

/// A column with a count.
fn count(row: &Row, column: usize) -> Result<u32, Error> {
    row.try_get::<_, i64>(column).map(|count| u32::try_from(count).unwrap_or(u32::MAX))
}

/// A column with an id.
fn id<Id: From<uuid::Uuid>>(row: &Row, column: usize) -> Result<Id, Error> {
    row.try_get::<_, uuid::Uuid>(column).map(Id::from)
}

/// A column with an id, or nothing.
fn optional_id<Id: From<uuid::Uuid>>(row: &Row, column: usize) -> Result<Option<Id>, Error> {
    row.try_get::<_, Option<uuid::Uuid>>(column).map(|id| id.map(Id::from))
}

impl Store for Postgres {
    fn check(&self) -> Answer<'_, Condition> {
        Box::pin(async {
            // A temporary table would be written too, but a lock on a row of ours tells as much: a standby refuses it.
            let doing = "checking the database";
            let sql = "SELECT version FROM schema_migrations ORDER BY version DESC LIMIT 1 FOR UPDATE";
            let versions = self.write(doing, sql, &[], |row| row.try_get(0)).await?;
            Ok(Condition { schema_version: versions.first().copied().unwrap_or(0) })
        })
    }

    fn kind(&self) -> &'static str {
        "postgres"
    }

    fn pool(&self) -> Option<Value> {
        Some(self.pool.figures())
    }
}
