//! What the service keeps, and in which database. Every statement is written once; see [`sql`].

mod accounts;
mod briefs;
mod clients;
mod deliverables;
mod figures;
mod postgres;
mod posts;
mod projects;
mod runs;
mod sql;
mod sqlite;

use std::borrow::Cow;
use std::pin::Pin;

use fleet_kit::Faults;
use fleet_kit::faults::Injected;

use crate::config::Database as Place;
use crate::release::Release;

pub use accounts::NewSession;
pub use runs::RunToWrite;
pub use sql::{Database, Row, Statement, Value, now_ms};

/// What every method gives.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row, or no longer.
    #[error("there is no such row")]
    Missing,
    /// It contradicts what is there; the words are for the client.
    #[error("{0}")]
    Conflict(&'static str),
    /// Too much waits for the database already.
    #[error("too much waits for the database")]
    Busy,
    /// The database does not answer; it may do so again.
    #[error("{doing}: {cause}")]
    Unreachable {
        /// A verb phrase ("creating a client").
        doing: &'static str,
        /// What kept it; for the log.
        cause: String,
    },
    /// The database failed.
    #[error("{doing}: {cause}")]
    Failed {
        /// A verb phrase ("creating a client").
        doing: &'static str,
        /// The database's words; for the log.
        cause: String,
    },
}

/// A row that is not as the service writes them.
#[derive(Debug, thiserror::Error)]
#[error("column {column} should hold {wanted}, and holds {found}")]
pub struct Shape {
    column: usize,
    wanted: &'static str,
    found: String,
}

impl Shape {
    fn of(column: usize, wanted: &'static str, found: Option<&Value>) -> Shape {
        Shape { column, wanted, found: format!("{found:?}").chars().take(80).collect() }
    }
}

/// What the database says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    /// The newest migration applied, by whichever tool.
    pub schema_version: i64,
}

/// Which part of a list, newest first.
#[derive(Clone, Debug)]
pub struct Page {
    /// How many at most.
    pub limit: u32,
    /// Only those that come after this one.
    pub after: Option<String>,
}

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file refused.
    #[error("the file cannot be opened")]
    Sqlite(#[from] rusqlite::Error),
    /// The address cannot be used.
    #[error(transparent)]
    Postgres(#[from] fleet_kit::postgres::ConnectError),
}

/// The service's rows.
pub struct Store {
    database: Box<dyn Database>,
    /// Decides where voice samples are written and read.
    release: Release,
}

impl Store {
    /// The configured database, migrated.
    pub fn open(place: &Place, release: Release, faults: Faults) -> Result<Store, OpenError> {
        let database: Box<dyn Database> = match place {
            Place::Sqlite(path) => Box::new(sqlite::Sqlite::open(path, faults)?),
            Place::Postgres { url, connections_most } => {
                Box::new(postgres::Postgres::open(url, *connections_most, faults)?)
            }
        };
        Ok(Store { database, release })
    }

    /// Reads and takes a write lock once.
    pub async fn check(&self) -> Result<Condition, StoreError> {
        self.database.check().await
    }

    /// Its name in health.
    pub fn kind(&self) -> &'static str {
        self.database.kind()
    }

    /// Connections: most, open, in use, waiting.
    pub fn pool(&self) -> serde_json::Value {
        self.database.pool()
    }

    async fn all<T>(
        &self,
        doing: &'static str,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
        read: impl Fn(&Row) -> Result<T, Shape>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.database.read(doing, sql.into(), values).await?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(misshapen(doing))
    }

    async fn one<T>(
        &self,
        doing: &'static str,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
        read: impl Fn(&Row) -> Result<T, Shape>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(doing, sql, values, read).await?.into_iter().next())
    }

    async fn write(&self, doing: &'static str, statements: Vec<Statement>) -> Result<Vec<Vec<Row>>, StoreError> {
        self.database.write(doing, statements).await
    }
}

fn misshapen(doing: &'static str) -> impl Fn(Shape) -> StoreError {
    move |shape| StoreError::Failed { doing, cause: shape.to_string() }
}

/// What went well in a transaction, as JSON text for a column.
fn json(value: &impl serde::Serialize) -> String {
    // Lists of texts and our own structs have no keys that JSON lacks.
    serde_json::to_string(value).unwrap_or_default()
}

/// A drill's word as the store's.
async fn drill(faults: &Faults, doing: &'static str, writes: bool) -> Result<(), StoreError> {
    if faults.is_on(EXHAUSTED) {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        return Err(StoreError::Busy);
    }
    let asked = faults.query("database").await;
    let outcome = if writes { asked.and_then(|()| faults.disk_write()) } else { asked };
    outcome.map_err(|fault| match fault {
        Injected::Dependency(_) => StoreError::Unreachable { doing, cause: fault.to_string() },
        Injected::FullDisk => StoreError::Failed { doing, cause: fault.to_string() },
    })
}

/// The fault that keeps every connection lent.
pub const EXHAUSTED: &str = "exhausted-pool";

/// How a schema's version is read: from the service's own record, or from Callsheet's where it keeps the history.
const VERSION: &str = "SELECT CAST(coalesce(max(version), 0) AS bigint) FROM schema_migrations";
const VERSION_BY_CALLSHEET: &str = "SELECT CAST(coalesce(max(CAST(revision AS bigint)), 0) AS bigint) FROM callsheet_migrations WHERE state IN ('applied', 'baseline')";

impl Store {
    /// Whether `callsheet migrate` keeps the history of the schema.
    pub async fn is_kept_by_callsheet(&self) -> Result<bool, StoreError> {
        self.database.is_kept_by_callsheet().await
    }
}
