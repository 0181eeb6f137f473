//! Statements: alone, or several as one transaction. Each is timed; a connection whose statement was cut off or failed for
//! another reason than a refusal is closed rather than lent again.

use std::time::Instant;

use fleet_kit::mysql::{Lent, is_lost, words};
use mysql_async::prelude::Queryable;
use mysql_async::{Error, Params, Row};

use super::rows::BadColumn;
use super::{Store, StoreError, injected, not_connected};

/// A transaction; dropped without [`Work::keep`] it never happened.
pub(super) struct Work<'a> {
    store: &'a Store,
    lent: Lent,
    doing: &'static str,
}

/// The server's codes for what a client can mend.
const DUPLICATE: u16 = 1062;
const PARENT_GONE: u16 = 1452;
const DEADLOCK: u16 = 1213;
const LOCK_WAIT: u16 = 1205;

pub(super) fn failed(doing: &'static str, error: &Error) -> StoreError {
    match error {
        Error::Server(refusal) if refusal.code == DUPLICATE => StoreError::Conflict("it is there already"),
        Error::Server(refusal) if refusal.code == PARENT_GONE => StoreError::Missing,
        Error::Server(refusal) if [DEADLOCK, LOCK_WAIT].contains(&refusal.code) => StoreError::Busy,
        error if is_lost(error) => StoreError::Unreachable { doing, cause: words(error) },
        error => StoreError::Failed { doing, cause: words(error) },
    }
}

fn unexpected(doing: &'static str, BadColumn(column): &BadColumn) -> StoreError {
    StoreError::Failed { doing, cause: format!("column {column} of the answer is of another type") }
}

fn mapped<T>(
    doing: &'static str,
    rows: Vec<Row>,
    row: impl Fn(&mut Row) -> Result<T, BadColumn>,
) -> Result<Vec<T>, StoreError> {
    rows.into_iter().map(|mut one| row(&mut one)).collect::<Result<_, _>>().map_err(|bad| unexpected(doing, &bad))
}

impl Store {
    async fn lend(&self, doing: &'static str) -> Result<Lent, StoreError> {
        self.pool.get().await.map_err(not_connected(doing))
    }

    /// The rows that one reading statement gives.
    pub(super) async fn read<T>(
        &self,
        doing: &'static str,
        sql: &str,
        params: impl Into<Params> + Send,
        row: impl Fn(&mut Row) -> Result<T, BadColumn>,
    ) -> Result<Vec<T>, StoreError> {
        let began = Instant::now();
        injected(doing, self.faults.query("database").await)?;
        let mut lent = self.lend(doing).await?;
        let outcome: Result<Vec<Row>, Error> = lent.exec(sql, params.into()).await;
        self.slow.note(sql, began.elapsed());
        match outcome {
            Ok(rows) => {
                lent.give_back();
                mapped(doing, rows, row)
            }
            Err(error) => {
                let refused = matches!(error, Error::Server(_)) && !is_lost(&error);
                if refused {
                    lent.give_back();
                }
                Err(failed(doing, &error))
            }
        }
    }

    /// One row, if there is one.
    pub(super) async fn read_one<T>(
        &self,
        doing: &'static str,
        sql: &str,
        params: impl Into<Params> + Send,
        row: impl Fn(&mut Row) -> Result<T, BadColumn>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.read(doing, sql, params, row).await?.into_iter().next())
    }

    /// How many rows one writing statement changed.
    pub(super) async fn write(
        &self,
        doing: &'static str,
        sql: &str,
        params: impl Into<Params> + Send,
    ) -> Result<u64, StoreError> {
        let began = Instant::now();
        injected(doing, self.faults.disk_write())?;
        injected(doing, self.faults.query("database").await)?;
        let mut lent = self.lend(doing).await?;
        let outcome = lent.exec_drop(sql, params.into()).await;
        self.slow.note(sql, began.elapsed());
        let changed = lent.affected_rows();
        match outcome {
            Ok(()) => {
                lent.give_back();
                Ok(changed)
            }
            Err(error) => {
                if matches!(error, Error::Server(_)) && !is_lost(&error) {
                    lent.give_back();
                }
                Err(failed(doing, &error))
            }
        }
    }

    /// Begins a transaction.
    pub(super) async fn begin(&self, doing: &'static str) -> Result<Work<'_>, StoreError> {
        injected(doing, self.faults.disk_write())?;
        injected(doing, self.faults.query("database").await)?;
        let mut lent = self.lend(doing).await?;
        lent.query_drop("START TRANSACTION").await.map_err(|error| failed(doing, &error))?;
        Ok(Work { store: self, lent, doing })
    }

    /// What a versioned change that touched no row means. `sql` reads the version of the row.
    pub(super) async fn untouched(&self, doing: &'static str, sql: &str, id: String) -> StoreError {
        match self.read_one(doing, sql, (id,), |row| super::rows::get(row, 0)).await {
            Ok(Some(current)) => StoreError::Stale { current },
            Ok(None) => StoreError::Missing,
            Err(error) => error,
        }
    }
}

impl Work<'_> {
    /// The rows that a statement gives.
    pub(super) async fn query<T>(
        &mut self,
        sql: &str,
        params: impl Into<Params> + Send,
        row: impl Fn(&mut Row) -> Result<T, BadColumn>,
    ) -> Result<Vec<T>, StoreError> {
        let began = Instant::now();
        let outcome: Result<Vec<Row>, Error> = self.lent.exec(sql, params.into()).await;
        self.store.slow.note(sql, began.elapsed());
        mapped(self.doing, outcome.map_err(|error| failed(self.doing, &error))?, row)
    }

    /// How many rows a statement changed.
    pub(super) async fn execute(&mut self, sql: &str, params: impl Into<Params> + Send) -> Result<u64, StoreError> {
        let began = Instant::now();
        let outcome = self.lent.exec_drop(sql, params.into()).await;
        self.store.slow.note(sql, began.elapsed());
        outcome.map_err(|error| failed(self.doing, &error))?;
        Ok(self.lent.affected_rows())
    }

    /// The same statement for each of many rows.
    pub(super) async fn execute_each<P: Into<Params> + Send>(
        &mut self,
        sql: &str,
        rows: Vec<P>,
    ) -> Result<(), StoreError> {
        let began = Instant::now();
        let rows: Vec<Params> = rows.into_iter().map(Into::into).collect();
        let outcome = self.lent.exec_batch(sql, rows).await;
        self.store.slow.note(sql, began.elapsed());
        outcome.map_err(|error| failed(self.doing, &error))
    }

    /// Makes it so.
    pub(super) async fn keep(self) -> Result<(), StoreError> {
        self.end("COMMIT").await
    }

    /// Makes nothing of it, and keeps the connection.
    pub(super) async fn undo(self) -> Result<(), StoreError> {
        self.end("ROLLBACK").await
    }

    async fn end(mut self, word: &str) -> Result<(), StoreError> {
        self.lent.query_drop(word).await.map_err(|error| failed(self.doing, &error))?;
        self.lent.give_back();
        Ok(())
    }
}

/// The parameters of a statement with more of them than a tuple takes, or of mixed kinds.
#[macro_export]
macro_rules! values {
    ($($value:expr),+ $(,)?) => {
        ::mysql_async::Params::Positional(vec![$(::mysql_async::Value::from($value)),+])
    };
}
