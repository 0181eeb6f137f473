//! Migrations of a PostgreSQL database.

use jiff::Timestamp;
use tokio_postgres::{Client, Error};

use super::{Applied, Doing, Ground, Migration, MigrationError, applying, checksum, undoing};
use crate::config::Secret;
use crate::postgres::{connect, words};

/// A database whose schema moves.
pub(super) struct Server(Client);

/// Who creates the record holds this lock; an arbitrary number, the same in every service.
const RECORD_LOCK: i64 = 7_240_311_501;

fn database(doing: impl Into<String>) -> impl FnOnce(Error) -> MigrationError {
    let doing = doing.into();
    move |error| MigrationError::Database { doing, cause: words(&error) }
}

impl Server {
    pub(super) async fn connect(url: &Secret) -> Result<Server, MigrationError> {
        let connected = connect(url, "migrations").await;
        let mut client = connected
            .map_err(|error| MigrationError::Database { doing: "connecting".to_owned(), cause: error.to_string() })?;
        create_record(&mut client).await.map_err(database("creating the record of migrations"))?;
        Ok(Server(client))
    }

    async fn read(&self) -> Result<Vec<Applied>, Error> {
        let sql = "SELECT version, name, checksum, applied_at FROM schema_migrations ORDER BY version";
        let rows = self.0.query(sql, &[]).await?;
        let applied = |row: &tokio_postgres::Row| {
            Ok(Applied {
                version: row.try_get(0)?,
                name: row.try_get(1)?,
                checksum: row.try_get(2)?,
                applied_at: row.try_get::<_, Timestamp>(3)?.to_string(),
            })
        };
        rows.iter().map(applied).collect()
    }

    async fn forward(&mut self, migration: Migration) -> Result<bool, Error> {
        let transaction = self.0.transaction().await?;
        // A second process waits here until the first has committed.
        let record = "INSERT INTO schema_migrations VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        let is_new = transaction
            .execute(record, &[&migration.version, &migration.name, &checksum(&migration), &Timestamp::now()])
            .await?
            == 1;
        if is_new {
            transaction.batch_execute(migration.up).await?;
        }
        transaction.commit().await?;
        Ok(is_new)
    }

    async fn backward(&mut self, migration: Migration) -> Result<(), Error> {
        let transaction = self.0.transaction().await?;
        transaction.batch_execute(migration.down).await?;
        transaction.execute("DELETE FROM schema_migrations WHERE version = $1", &[&migration.version]).await?;
        transaction.commit().await
    }
}

/// Refuses a database whose history Callsheet keeps.
pub async fn refuse_if_callsheets(url: &Secret) -> Result<(), MigrationError> {
    let doing = || "asking who moves the database's schema".to_owned();
    let client = connect(url, "migrations").await;
    let client = client.map_err(|error| MigrationError::Database { doing: doing(), cause: error.to_string() })?;
    let row = client.query_one("SELECT to_regclass('callsheet_migrations') IS NOT NULL", &[]).await;
    match row.and_then(|row| row.try_get(0)).map_err(database(doing()))? {
        true => Err(MigrationError::Callsheets),
        false => Ok(()),
    }
}

/// `IF NOT EXISTS` alone is no protection: of two at once one would fail.
async fn create_record(client: &mut Client) -> Result<(), Error> {
    let transaction = client.transaction().await?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&RECORD_LOCK]).await?;
    let sql = "CREATE TABLE IF NOT EXISTS schema_migrations (
                   version bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL
               )";
    transaction.batch_execute(sql).await?;
    transaction.commit().await
}

impl Ground for Server {
    fn applied(&mut self) -> Doing<'_, Vec<Applied>> {
        Box::pin(async { self.read().await.map_err(database("reading the record of migrations")) })
    }

    fn apply(&mut self, migration: Migration) -> Doing<'_, bool> {
        Box::pin(async move { self.forward(migration).await.map_err(database(applying(&migration))) })
    }

    fn undo(&mut self, migration: Migration) -> Doing<'_, ()> {
        Box::pin(async move { self.backward(migration).await.map_err(database(undoing(&migration))) })
    }
}
