//! Uploaded media.

use serde::Serialize;
use tokio_postgres::{Error, Row};

use super::{Store, StoreError, id, moment, now};
use crate::ids::{AssetId, ProjectId};
use crate::timeline::{Source, TrackKind};

/// What is known of a piece of media.
#[derive(Clone, Debug, Serialize)]
pub struct Asset {
    pub id: AssetId,
    pub project_id: ProjectId,
    /// `video`, `audio` or `image`.
    pub kind: String,
    pub file_name: String,
    pub media_type: String,
    #[serde(skip)]
    pub ending: String,
    pub size_bytes: i64,
    pub sha256: String,
    /// 0 of a picture.
    pub duration_ms: i64,
    pub width: i32,
    pub height: i32,
    pub has_audio: bool,
    pub created_at: String,
}

impl Asset {
    /// As the timeline needs it.
    pub fn source(&self) -> Source {
        Source {
            track_kind: if self.kind == "audio" { TrackKind::Audio } else { TrackKind::Video },
            duration_ms: (self.kind != "image").then_some(self.duration_ms),
        }
    }
}

/// Media to be kept; the file is in its place already.
pub struct NewAsset {
    pub id: AssetId,
    pub project_id: ProjectId,
    pub kind: &'static str,
    pub file_name: String,
    pub media_type: &'static str,
    pub ending: &'static str,
    pub size_bytes: i64,
    pub sha256: String,
    pub duration_ms: i64,
    pub width: i32,
    pub height: i32,
    pub has_audio: bool,
}

const COLUMNS: &str = "id, project_id, kind, file_name, media_type, ending, size_bytes, sha256, duration_ms, width, height, \
                       has_audio, created_at";

fn asset(row: &Row) -> Result<Asset, Error> {
    Ok(Asset {
        id: id(row, 0)?,
        project_id: id(row, 1)?,
        kind: row.try_get(2)?,
        file_name: row.try_get(3)?,
        media_type: row.try_get(4)?,
        ending: row.try_get(5)?,
        size_bytes: row.try_get(6)?,
        sha256: row.try_get(7)?,
        duration_ms: row.try_get(8)?,
        width: row.try_get(9)?,
        height: row.try_get(10)?,
        has_audio: row.try_get(11)?,
        created_at: moment(row, 12)?,
    })
}

/// So many files a project may have; what lists all of a project relies on it.
const ASSETS_MOST: i64 = 1000;

impl Store {
    /// Keeps an upload. `Conflict`: the project has as many as it may have.
    pub async fn create_asset(&self, new: NewAsset) -> Result<Asset, StoreError> {
        let count = "SELECT count(*) FROM assets WHERE project_id = $1";
        let count =
            self.row("counting assets", count, &[&new.project_id.uuid()], |row| row.try_get::<_, i64>(0)).await?;
        if count.unwrap_or_default() >= ASSETS_MOST {
            return Err(StoreError::Conflict("the project has 1000 files, which is as many as it may have"));
        }
        let sql = format!(
            "INSERT INTO assets ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING {COLUMNS}"
        );
        let made = self
            .row(
                "keeping an asset",
                &sql,
                &[
                    &new.id.uuid(),
                    &new.project_id.uuid(),
                    &new.kind,
                    &new.file_name,
                    &new.media_type,
                    &new.ending,
                    &new.size_bytes,
                    &new.sha256,
                    &new.duration_ms,
                    &new.width,
                    &new.height,
                    &new.has_audio,
                    &now(),
                ],
                asset,
            )
            .await?;
        made.ok_or(StoreError::Missing)
    }

    pub async fn asset(&self, id: AssetId) -> Result<Option<Asset>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM assets WHERE id = $1");
        self.row("finding an asset", &sql, &[&id.uuid()], asset).await
    }

    /// All of a project, oldest first.
    pub async fn assets(&self, project: ProjectId) -> Result<Vec<Asset>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM assets WHERE project_id = $1 ORDER BY id");
        self.rows("listing assets", &sql, &[&project.uuid()], asset).await
    }
}
