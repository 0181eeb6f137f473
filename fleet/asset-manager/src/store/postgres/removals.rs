//! Deleting in PostgreSQL: what goes, whose files go with it, and the record that somebody wished it.

use tokio_postgres::Error;
use uuid::Uuid;

use super::{Postgres, failed, now};
use crate::store::StoreError;
use crate::story::ComponentId;

/// What is to go.
pub(super) struct Removal {
    /// `universe`, `element` or `component`.
    pub thing: &'static str,
    pub id: Uuid,
    /// Only at this version.
    pub expected: Option<i64>,
}

impl Postgres {
    /// Runs `locks` on `$1`, lists the components that `files` selects and that have files, and deletes; `None` if there was
    /// no such row at that version.
    pub(super) async fn remove(
        &self,
        doing: &'static str,
        removal: Removal,
        locks: &[&str],
        files: Option<&str>,
        delete: &str,
    ) -> Result<Option<Vec<ComponentId>>, StoreError> {
        let mut client = self.writer(doing).await?;
        let all = async {
            let transaction = client.transaction().await?;
            for lock in locks {
                let lock = transaction.prepare_cached(lock).await?;
                transaction.query(&lock, &[&removal.id]).await?;
            }
            let mut with_files = Vec::new();
            if let Some(files) = files {
                let sql = format!("{files} AND c.kind IN ('image', 'video', 'audio', 'model_3d')");
                let statement = transaction.prepare_cached(&sql).await?;
                let rows = transaction.query(&statement, &[&removal.id]).await?;
                with_files = rows.iter().map(|row| super::id(row, 0)).collect::<Result<Vec<ComponentId>, Error>>()?;
            }
            let delete = transaction.prepare_cached(delete).await?;
            if transaction.execute(&delete, &[&removal.id, &removal.expected]).await? == 0 {
                return Ok(None);
            }
            let note = "INSERT INTO removals (id, thing, removed_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
            let note = transaction.prepare_cached(note).await?;
            transaction.execute(&note, &[&removal.id, &removal.thing, &now()]).await?;
            transaction.commit().await?;
            Ok(Some(with_files))
        };
        all.await.map_err(failed(doing))
    }
}
