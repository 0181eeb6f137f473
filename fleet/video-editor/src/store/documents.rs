//! The shared documents: updates are appended; many of them are merged into one when a document is opened.

use super::{Store, StoreError, failed, now};
use crate::ids::ProjectId;

impl Store {
    /// Appends one update; others, of whichever instance, stay as they are. Not while changes are locked: what an instance that has
    /// not heard of the lock yet took would be lost in what is being repaired. Whoever locks them waits for what is on its way.
    pub async fn append_update(&self, project: ProjectId, content: &[u8]) -> Result<(), StoreError> {
        let sql = "INSERT INTO document_updates (project_id, content, at)
                   SELECT $1::uuid, $2::bytea, $3::timestamptz FROM maintenance WHERE NOT writes_locked FOR SHARE RETURNING 1";
        let kept = self.row("keeping an edit", sql, &[&project.uuid(), &content, &now()], |_| Ok(())).await?;
        kept.ok_or(StoreError::Locked)
    }

    /// Every update of a document, with its row's number.
    pub async fn updates(&self, project: ProjectId) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let sql = "SELECT id, content FROM document_updates WHERE project_id = $1 ORDER BY id";
        self.rows("reading a document", sql, &[&project.uuid()], |row| Ok((row.try_get(0)?, row.try_get(1)?))).await
    }

    /// Puts one update in the place of those whose rows are named; others, appended meanwhile, stay. Nothing is done while changes are locked.
    pub async fn merge_updates(&self, project: ProjectId, rows: &[i64], merged: &[u8]) -> Result<(), StoreError> {
        let doing = "merging a document's updates";
        let mut client = self.client(doing).await?;
        let done = async {
            let transaction = client.transaction().await?;
            let open = "SELECT 1 FROM maintenance WHERE NOT writes_locked FOR SHARE";
            if transaction.query_opt(open, &[]).await?.is_none() {
                return Ok(());
            }
            let sql = "DELETE FROM document_updates WHERE project_id = $1 AND id = ANY ($2)";
            let deleted = transaction.execute(sql, &[&project.uuid(), &rows]).await?;
            // Another instance did it at the same time: then there is nothing to do.
            if deleted == rows.len() as u64 {
                let sql = "INSERT INTO document_updates (project_id, content, at) VALUES ($1, $2, $3)";
                transaction.execute(sql, &[&project.uuid(), &merged, &now()]).await?;
                transaction.commit().await?;
            }
            Ok::<(), tokio_postgres::Error>(())
        };
        done.await.map_err(failed(doing))
    }
}
