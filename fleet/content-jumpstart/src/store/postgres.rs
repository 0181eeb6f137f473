//! PostgreSQL: a pool of connections, a transaction where there is more than one statement.

use std::borrow::Cow;
use std::error::Error as StdError;

use deadpool_postgres::Object;
use fleet_kit::Faults;
use fleet_kit::config::Secret;
use fleet_kit::postgres::{ConnectError, Pool, is_lost, words};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::sql::{Database, Row, Statement, Untouched, Value};
use super::{Answer, Condition, StoreError, drill};
use crate::config::SERVICE;

/// A PostgreSQL database.
pub struct Postgres {
    pool: Pool,
    faults: Faults,
}

impl Postgres {
    /// A migrated database, reached by at most `most` connections; none is opened yet.
    pub fn open(url: &Secret, most: usize, faults: Faults) -> Result<Postgres, ConnectError> {
        Ok(Postgres { pool: Pool::open(url, SERVICE, most)?, faults })
    }

    async fn client(&self, doing: &'static str) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|error| match error {
            ConnectError::Exhausted => StoreError::Busy,
            other => StoreError::Unreachable { doing, cause: other.to_string() },
        })
    }

    async fn transact(&self, doing: &'static str, statements: &[Statement]) -> Result<Vec<Vec<Row>>, StoreError> {
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        let mut all = Vec::with_capacity(statements.len());
        for statement in statements {
            let prepared = transaction.prepare_cached(&statement.sql).await.map_err(failed(doing))?;
            let values = parameters(&statement.values);
            let (touched, rows) = if prepared.columns().is_empty() {
                (transaction.execute(&prepared, &values).await.map_err(failed(doing))?, Vec::new())
            } else {
                let rows = transaction.query(&prepared, &values).await.map_err(failed(doing))?;
                (rows.len() as u64, read_rows(&rows).map_err(failed(doing))?)
            };
            match statement.untouched {
                Untouched::Missing if touched == 0 => return Err(StoreError::Missing),
                Untouched::Conflict(words) if touched == 0 => return Err(StoreError::Conflict(words)),
                _ => all.push(rows),
            }
        }
        transaction.commit().await.map_err(failed(doing))?;
        Ok(all)
    }
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn read_rows(rows: &[tokio_postgres::Row]) -> Result<Vec<Row>, Error> {
    rows.iter().map(|row| (0..row.len()).map(|column| cell(row, column)).collect::<Result<_, _>>().map(Row)).collect()
}

fn cell(row: &tokio_postgres::Row, column: usize) -> Result<Value, Error> {
    let kind = row.columns()[column].type_();
    Ok(match *kind {
        Type::INT8 => row.try_get::<_, Option<i64>>(column)?.into(),
        Type::INT4 => row.try_get::<_, Option<i32>>(column)?.map(i64::from).into(),
        Type::BOOL => row.try_get::<_, Option<bool>>(column)?.into(),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(column)?.into(),
        _ => row.try_get::<_, Option<String>>(column)?.into(),
    })
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Value::Int(number) => number.to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
            Value::Blob(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::TEXT, Type::VARCHAR, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}

fn failed(doing: &'static str) -> impl Fn(Error) -> StoreError {
    move |error| match error.code() {
        // The row pointed to is gone.
        Some(&SqlState::FOREIGN_KEY_VIOLATION) => StoreError::Missing,
        _ if is_lost(&error) => StoreError::Unreachable { doing, cause: words(&error) },
        _ => StoreError::Failed { doing, cause: words(&error) },
    }
}

impl Database for Postgres {
    fn read(&self, doing: &'static str, sql: Cow<'static, str>, values: Vec<Value>) -> Answer<'_, Vec<Row>> {
        Box::pin(async move {
            drill(&self.faults, doing, false).await?;
            let client = self.client(doing).await?;
            let statement = client.prepare_cached(&sql).await.map_err(failed(doing))?;
            let rows = client.query(&statement, &parameters(&values)).await.map_err(failed(doing))?;
            read_rows(&rows).map_err(failed(doing))
        })
    }

    fn write(&self, doing: &'static str, statements: Vec<Statement>) -> Answer<'_, Vec<Vec<Row>>> {
        Box::pin(async move {
            drill(&self.faults, doing, true).await?;
            self.transact(doing, &statements).await
        })
    }

    fn check(&self) -> Answer<'_, Condition> {
        Box::pin(async {
            let doing = "checking the database";
            let (table, sql) = if self.is_kept_by_callsheet().await? {
                ("callsheet_migrations", super::VERSION_BY_CALLSHEET)
            } else {
                ("schema_migrations", super::VERSION)
            };
            // A lock on a row of ours tells that writes are taken: a standby refuses it.
            let lock = Statement::new(format!("SELECT 1 FROM {table} LIMIT 1 FOR UPDATE"), Vec::new());
            let rows = self.write(doing, vec![lock, Statement::new(sql, Vec::new())]).await?;
            let version = rows.get(1).and_then(|rows| rows.first()).map_or(Ok(0), |row| row.int(0));
            Ok(Condition { schema_version: version.map_err(super::misshapen(doing))? })
        })
    }

    fn is_kept_by_callsheet(&self) -> Answer<'_, bool> {
        Box::pin(async {
            let known = "SELECT CAST(to_regclass('callsheet_migrations') AS text)";
            let known = self.read("looking for the history", known.into(), Vec::new()).await?;
            Ok(known.first().is_some_and(|row| row.0.first() != Some(&Value::Null)))
        })
    }

    fn kind(&self) -> &'static str {
        "postgres"
    }

    fn pool(&self) -> serde_json::Value {
        self.pool.figures()
    }
}
