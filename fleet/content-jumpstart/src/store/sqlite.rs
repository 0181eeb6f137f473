//! SQLite in WAL mode: one writer thread that commits waiting transactions together, and a few readers.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use fleet_kit::Faults;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ToSql};
use serde_json::json;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::sql::{Database, Row, Statement, Untouched, Value};
use super::{Answer, Condition, StoreError, drill};

const READERS: usize = 4;
/// Transactions that may wait before callers are told to come back.
const WAITING_MOST: usize = 1024;
/// Transactions in one commit.
const GROUP_MOST: usize = 64;

/// A SQLite file.
pub struct Sqlite {
    jobs: mpsc::Sender<Job>,
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
    faults: Faults,
}

/// A transaction, and who waits for its outcome.
struct Job {
    doing: &'static str,
    statements: Vec<Statement>,
    tell: oneshot::Sender<Result<Vec<Vec<Row>>, StoreError>>,
}

impl Sqlite {
    /// Opens an existing, migrated file.
    pub fn open(path: &Path, faults: Faults) -> Result<Sqlite, rusqlite::Error> {
        let writer = fleet_kit::sqlite::connect(path)?;
        let (jobs, waiting) = mpsc::channel(WAITING_MOST);
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run(&writer, waiting))
            .expect("the system gives a thread at start");
        let mut idle = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let connection = fleet_kit::sqlite::connect(path)?;
            connection.pragma_update(None, "query_only", "ON")?;
            idle.push(connection);
        }
        let permits = Arc::new(Semaphore::new(READERS));
        Ok(Sqlite { jobs, idle: Arc::new(Mutex::new(idle)), permits, faults })
    }

    async fn lent<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let failed = |cause: String| StoreError::Failed { doing, cause };
        let permit = self.permits.clone().acquire_owned().await.map_err(|error| failed(error.to_string()))?;
        let idle = self.idle.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let connection = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = connection.ok_or("no reader is idle".to_owned())?;
            let outcome = work(&connection).map_err(|error| error.to_string());
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            outcome
        });
        reading.await.map_err(|error| failed(error.to_string()))?.map_err(failed)
    }
}

fn run(connection: &Connection, mut waiting: mpsc::Receiver<Job>) {
    while let Some(first) = waiting.blocking_recv() {
        let began = connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| error.to_string());
        let mut told = Vec::new();
        let mut next = Some(first);
        while let Some(job) = next {
            let outcome = match &began {
                Ok(()) => in_savepoint(connection, &job),
                Err(cause) => Err(StoreError::Failed { doing: job.doing, cause: cause.clone() }),
            };
            told.push((job.doing, outcome, job.tell));
            next = if told.len() < GROUP_MOST { waiting.try_recv().ok() } else { None };
        }
        let failure = if began.is_ok() { commit(connection) } else { None };
        for (doing, outcome, tell) in told {
            let outcome = match (&failure, outcome) {
                (Some(cause), Ok(_)) => Err(StoreError::Failed { doing, cause: cause.clone() }),
                (_, outcome) => outcome,
            };
            // The caller may have gone: its request timed out or its client left.
            let _ = tell.send(outcome);
        }
    }
}

fn commit(connection: &Connection) -> Option<String> {
    let cause = connection.execute_batch("COMMIT").err()?.to_string();
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "cannot roll back a failed commit");
    }
    Some(cause)
}

fn in_savepoint(connection: &Connection, job: &Job) -> Result<Vec<Vec<Row>>, StoreError> {
    let failed = |error: rusqlite::Error| failed(job.doing, &error);
    connection.execute_batch("SAVEPOINT job").map_err(failed)?;
    let outcome: Result<Vec<_>, StoreError> =
        job.statements.iter().map(|statement| execute(connection, job.doing, statement)).collect();
    let end = if outcome.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
    connection.execute_batch(end).map_err(failed)?;
    outcome
}

fn execute(connection: &Connection, doing: &'static str, statement: &Statement) -> Result<Vec<Row>, StoreError> {
    let gives_rows = statement.sql.contains("RETURNING") || statement.sql.starts_with("SELECT");
    let outcome = if gives_rows {
        query(connection, &statement.sql, &statement.values).map(|rows| (rows.len(), rows))
    } else {
        let sql = dialect(&statement.sql);
        let values: Vec<&dyn ToSql> = statement.values.iter().map(|value| value as &dyn ToSql).collect();
        connection.prepare_cached(&sql).and_then(|mut one| one.execute(values.as_slice())).map(|count| (count, vec![]))
    };
    let (touched, rows) = outcome.map_err(|error| failed(doing, &error))?;
    match statement.untouched {
        _ if touched > 0 => Ok(rows),
        Untouched::Fine => Ok(rows),
        Untouched::Missing => Err(StoreError::Missing),
        Untouched::Conflict(words) => Err(StoreError::Conflict(words)),
    }
}

fn query(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<Row>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(&dialect(sql))?;
    let columns = statement.column_count();
    let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
    let rows = statement.query_map(values.as_slice(), |row| {
        let values = (0..columns).map(|column| {
            Ok(match row.get_ref(column)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Real(number) => Value::Int(number as i64),
                ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
                ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
            })
        });
        values.collect::<Result<Vec<_>, rusqlite::Error>>().map(Row)
    })?;
    rows.collect()
}

/// `$1` is a name to SQLite; `?1` is a place.
fn dialect(sql: &str) -> String {
    sql.replace('$', "?")
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::ToSqlOutput::Borrowed;
        Ok(match self {
            Value::Null => Borrowed(ValueRef::Null),
            Value::Int(number) => Borrowed(ValueRef::Integer(*number)),
            Value::Text(text) => Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Blob(bytes) => Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

fn failed(doing: &'static str, error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error() {
        // The row pointed to is gone.
        Some(failure) if failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY => StoreError::Missing,
        _ => StoreError::Failed { doing, cause: error.to_string() },
    }
}

impl Database for Sqlite {
    fn read(&self, doing: &'static str, sql: Cow<'static, str>, values: Vec<Value>) -> Answer<'_, Vec<Row>> {
        Box::pin(async move {
            drill(&self.faults, doing, false).await?;
            self.lent(doing, move |connection| query(connection, &sql, &values)).await
        })
    }

    fn write(&self, doing: &'static str, statements: Vec<Statement>) -> Answer<'_, Vec<Vec<Row>>> {
        Box::pin(async move {
            drill(&self.faults, doing, true).await?;
            let (tell, told) = oneshot::channel();
            self.jobs.try_send(Job { doing, statements, tell }).map_err(|_| StoreError::Busy)?;
            let gone = || StoreError::Failed { doing, cause: "the writer's thread is gone".to_owned() };
            told.await.map_err(|_| gone())?
        })
    }

    fn check(&self) -> Answer<'_, Condition> {
        Box::pin(async {
            self.write("taking the write lock", Vec::new()).await?;
            let doing = "reading the schema's version";
            let sql = if self.is_kept_by_callsheet().await? { super::VERSION_BY_CALLSHEET } else { super::VERSION };
            let rows = self.read(doing, sql.into(), Vec::new()).await?;
            let version = rows.first().map_or(Ok(0), |row| row.int(0));
            Ok(Condition { schema_version: version.map_err(super::misshapen(doing))? })
        })
    }

    fn is_kept_by_callsheet(&self) -> Answer<'_, bool> {
        Box::pin(async {
            let known = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'callsheet_migrations'";
            Ok(!self.read("looking for the history", known.into(), Vec::new()).await?.is_empty())
        })
    }

    fn kind(&self) -> &'static str {
        "sqlite"
    }

    fn pool(&self) -> serde_json::Value {
        let in_use = READERS - self.permits.available_permits().min(READERS);
        json!({"most": READERS, "open": READERS, "in_use": in_use, "waiting": WAITING_MOST - self.jobs.capacity()})
    }
}
