//! Files that belong to documents: their rows, and their bytes in parts.

use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_postgres::{Error, Row};

use super::audit::note;
use super::{Store, StoreError, failed, id, moment, now};
use crate::grant::{Attachment, AttachmentId, DocumentId, UserId};

/// A file is kept in parts of so many bytes, so that no more of it is ever in memory.
pub const PART_BYTES: usize = 256 * 1024;
/// A document has at most so many.
const ATTACHMENTS_MOST: i64 = 50;

const COLUMNS: &str = "id, document_id, file_name, media_type, size_bytes, sha256, created_at";

/// A file to be kept.
pub struct NewAttachment<'a> {
    pub document_id: DocumentId,
    pub file_name: &'a str,
    pub media_type: &'a str,
    pub size_bytes: u64,
    pub sha256: &'a str,
}

fn attachment(row: &Row) -> Result<Attachment, Error> {
    Ok(Attachment {
        id: id(row, 0)?,
        document_id: id(row, 1)?,
        file_name: row.try_get(2)?,
        media_type: row.try_get(3)?,
        size_bytes: row.try_get(4)?,
        sha256: row.try_get(5)?,
        created_at: moment(row, 6)?,
    })
}

/// Fills a part, but for the last.
async fn next_part(file: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, std::io::Error> {
    let mut part = Vec::new();
    file.take(PART_BYTES as u64).read_to_end(&mut part).await?;
    Ok(part)
}

impl Store {
    /// Keeps a file, read from where it stands; whole or not at all.
    pub async fn attach(
        &self,
        user: UserId,
        new: NewAttachment<'_>,
        file: &mut (impl AsyncRead + Unpin),
    ) -> Result<Attachment, StoreError> {
        let doing = "keeping an attachment";
        let unreadable = |error: std::io::Error| StoreError::Failed { doing, cause: error.to_string() };
        let (id, document) = (AttachmentId::fresh().uuid(), new.document_id.uuid());
        let size = i64::try_from(new.size_bytes).unwrap_or(i64::MAX);
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        let sql = "SELECT (SELECT count(*) FROM attachments a WHERE a.document_id = d.id) FROM documents d
                   WHERE d.id = $1 FOR UPDATE";
        let count = transaction.query_opt(sql, &[&document]).await.map_err(failed(doing))?;
        let count: i64 = count.ok_or(StoreError::Missing)?.try_get(0).map_err(failed(doing))?;
        if count >= ATTACHMENTS_MOST {
            let words = format!("the document has {ATTACHMENTS_MOST} attachments already; remove one first");
            return Err(StoreError::Conflict(words));
        }
        let sql = format!(
            "INSERT INTO attachments (id, document_id, file_name, media_type, size_bytes, sha256, created_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING {COLUMNS}"
        );
        let made = transaction
            .query_one(
                &sql,
                &[&id, &document, &new.file_name, &new.media_type, &size, &new.sha256, &user.uuid(), &now()],
            )
            .await
            .map_err(failed(doing))?;
        let mut number: i32 = 0;
        loop {
            let part = next_part(file).await.map_err(unreadable)?;
            if part.is_empty() {
                break;
            }
            let sql = "INSERT INTO attachment_parts (attachment_id, number, bytes) VALUES ($1, $2, $3)";
            transaction.execute(sql, &[&id, &number, &part]).await.map_err(failed(doing))?;
            number += 1;
        }
        note(&transaction, user, "document.attached", document, json!({"file_name": new.file_name})).await?;
        transaction.commit().await.map_err(failed(doing))?;
        attachment(&made).map_err(failed(doing))
    }

    /// A document's, oldest first.
    pub async fn attachments(&self, document: DocumentId) -> Result<Vec<Attachment>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM attachments WHERE document_id = $1 ORDER BY id");
        self.rows("listing attachments", &sql, &[&document.uuid()], attachment).await
    }

    /// Finds one.
    pub async fn attachment(&self, id: AttachmentId) -> Result<Option<Attachment>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM attachments WHERE id = $1");
        self.row("finding an attachment", &sql, &[&id.uuid()], attachment).await
    }

    /// One of its parts; `None` beyond the last.
    pub async fn attachment_part(&self, id: AttachmentId, number: i32) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT bytes FROM attachment_parts WHERE attachment_id = $1 AND number = $2";
        self.row("reading an attachment", sql, &[&id.uuid(), &number], |row| row.try_get(0)).await
    }

    /// Removes one with its bytes.
    pub async fn detach(&self, user: UserId, id: AttachmentId) -> Result<(), StoreError> {
        let doing = "removing an attachment";
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        let sql = "DELETE FROM attachments WHERE id = $1 RETURNING document_id, file_name";
        let row = transaction.query_opt(sql, &[&id.uuid()]).await.map_err(failed(doing))?;
        let row = row.ok_or(StoreError::Missing)?;
        let document: uuid::Uuid = row.try_get(0).map_err(failed(doing))?;
        let file_name: String = row.try_get(1).map_err(failed(doing))?;
        note(&transaction, user, "document.detached", document, json!({"file_name": file_name})).await?;
        transaction.commit().await.map_err(failed(doing))
    }
}
