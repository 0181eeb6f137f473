//! Deliverables and the proof of their delivery.

use super::{Row, Shape, Statement, Store, StoreError, now_ms};
use crate::studio::{Deliverable, DeliverableId, NewDeliverable, ProjectId};
use crate::values;

const COLUMNS: &str =
    "id, project_id, format, file_name, sha256, size_bytes, posts, letters_lost, recipient, delivered_by,
    delivered_at, downloads, downloaded_at";
const LISTED_MOST: i64 = 100;

fn deliverable(row: &Row) -> Result<Deliverable, Shape> {
    Ok(Deliverable {
        id: row.parsed(0, "an id")?,
        project_id: row.parsed(1, "an id")?,
        format: row.text(2)?.parse().map_err(|()| Shape::of(2, "a format", row.0.get(2)))?,
        file_name: row.text(3)?,
        sha256: row.text(4)?,
        size_bytes: row.int(5)?,
        posts: row.int(6)?,
        letters_lost: row.int(7)?,
        recipient: row.text(8)?,
        delivered_by: row.text(9)?,
        delivered_at: row.moment(10)?,
        downloads: row.int(11)?,
        downloaded_at: row.optional_moment(12)?,
    })
}

impl Store {
    /// Keeps the file; the project is delivered with it. A conflict if it is not in review.
    pub async fn deliver(&self, new: NewDeliverable) -> Result<Deliverable, StoreError> {
        let (id, now) = (DeliverableId::fresh(), now_ms());
        let project = "UPDATE projects SET status = 'delivered', step = 6, version = version + 1, updated_at = $2
                       WHERE id = $1 AND status IN ('qa', 'delivered')";
        let project = Statement::new(project, values![new.project_id, now])
            .or_conflict("its posts are not written yet, or are being written anew");
        let sql = "INSERT INTO deliverables (id, project_id, format, file_name, content, sha256, size_bytes, posts,
                     letters_lost, recipient, delivered_by, delivered_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let size = new.content.len() as i64;
        let row = values![
            id,
            new.project_id,
            new.format.as_str(),
            new.file_name,
            new.content,
            new.sha256,
            size,
            new.posts as i64,
            new.letters_lost as i64,
            new.recipient,
            new.delivered_by,
            now,
        ];
        self.write("keeping a deliverable", vec![project, Statement::new(sql, row)]).await?;
        self.deliverable(id).await?.ok_or(StoreError::Missing)
    }

    pub async fn deliverable(&self, id: DeliverableId) -> Result<Option<Deliverable>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM deliverables WHERE id = $1");
        self.one("finding a deliverable", sql, values![id], deliverable).await
    }

    /// Those of a project, newest first.
    pub async fn deliverables(&self, project: ProjectId) -> Result<Vec<Deliverable>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM deliverables WHERE project_id = $1 ORDER BY id DESC LIMIT $2");
        self.all("listing deliverables", sql, values![project, LISTED_MOST], deliverable).await
    }

    /// The file, and the note that it was fetched.
    pub async fn fetch_file(&self, id: DeliverableId) -> Result<Vec<u8>, StoreError> {
        let doing = "fetching a deliverable";
        let sql = "UPDATE deliverables SET downloads = downloads + 1, downloaded_at = coalesce(downloaded_at, $2) WHERE id = $1";
        self.write(doing, vec![Statement::new(sql, values![id, now_ms()]).or_missing()]).await?;
        let read = "SELECT content FROM deliverables WHERE id = $1";
        self.one(doing, read, values![id], |row| row.blob(0)).await?.ok_or(StoreError::Missing)
    }
}
