//! Whether schema and rows are as this release needs them, and the lock on changes while they are not.

use serde::Serialize;
use tokio_postgres::Row;

use super::{Store, StoreError, failed};
use crate::generation::Generation;
use crate::ids::ProjectId;

/// How far the schema is.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    pub revision: i32,
    /// The oldest release that may run on it.
    pub oldest_release: i32,
}

/// Whether people may change anything.
#[derive(Clone, Debug, Serialize)]
pub struct Maintenance {
    pub writes_locked: bool,
    pub reason: String,
}

/// What is wrong with the data.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Findings {
    /// Projects that a migration did not finish with.
    pub half_migrated: i64,
    /// Indexes that are missing or invalid.
    pub indexes_missing: Vec<String>,
    /// Documents that cannot be read.
    pub unreadable: Vec<ProjectId>,
}

impl Findings {
    pub fn is_sound(&self) -> bool {
        self.half_migrated == 0 && self.indexes_missing.is_empty() && self.unreadable.is_empty()
    }
}

/// What the queries of every day rely on.
const INDEXES: [&str; 5] =
    ["document_updates_by_project", "edits_by_project", "assets_by_project", "jobs_to_do", "jobs_by_project"];

impl Store {
    /// Reads the schema's row for a change, which a standby would refuse.
    pub async fn check(&self) -> Result<Condition, StoreError> {
        let sql = "SELECT revision, oldest_release FROM schema_revision FOR UPDATE";
        let condition = |row: &Row| Ok(Condition { revision: row.try_get(0)?, oldest_release: row.try_get(1)? });
        self.row("checking the database", sql, &[], condition).await?.ok_or(StoreError::Missing)
    }

    pub async fn maintenance(&self) -> Result<Maintenance, StoreError> {
        let sql = "SELECT writes_locked, reason FROM maintenance";
        let row = |row: &Row| Ok(Maintenance { writes_locked: row.try_get(0)?, reason: row.try_get(1)? });
        self.row("reading the lock on changes", sql, &[], row).await?.ok_or(StoreError::Missing)
    }

    pub async fn lock_writes(&self, locked: bool, reason: &str) -> Result<(), StoreError> {
        let sql =
            "UPDATE maintenance SET writes_locked = $1, reason = $2, since = CASE WHEN $1 THEN now() END RETURNING 1";
        self.row("locking changes", sql, &[&locked, &reason], |_| Ok(())).await?.ok_or(StoreError::Missing)
    }

    /// How many projects a migration did not finish with; the first release knows of none.
    pub async fn half_migrated(&self) -> Result<i64, StoreError> {
        if self.generation == Generation::First {
            return Ok(0);
        }
        let sql = "SELECT count(*) FROM projects WHERE width IS NULL OR height IS NULL OR fps IS NULL";
        Ok(self.row("counting half-migrated rows", sql, &[], |row| row.try_get(0)).await?.unwrap_or(0))
    }

    /// Looks at everything but the documents' content.
    pub async fn findings(&self) -> Result<Findings, StoreError> {
        let sql = "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indisvalid AND c.relname = ANY ($1)";
        let wanted: Vec<&str> = INDEXES.to_vec();
        let there: Vec<String> = self.rows("looking for indexes", sql, &[&wanted], |row| row.try_get(0)).await?;
        let missing = INDEXES.iter().filter(|name| !there.iter().any(|found| found == *name));
        Ok(Findings {
            half_migrated: self.half_migrated().await?,
            indexes_missing: missing.map(|name| (*name).to_owned()).collect(),
            unreadable: Vec::new(),
        })
    }

    /// Every project's id.
    pub async fn project_ids(&self) -> Result<Vec<ProjectId>, StoreError> {
        let sql = "SELECT id FROM projects ORDER BY id";
        self.rows("listing projects", sql, &[], |row| super::id(row, 0)).await
    }

    /// For drills: leaves a share of the projects as the newest migration leaves them when it dies on the way. Gives how many.
    pub async fn undo_part_of_a_migration(&self, share: f64) -> Result<u64, StoreError> {
        let doing = "leaving a migration half done";
        if self.generation == Generation::First {
            return Err(StoreError::Conflict("the first release has no migration that can be left half done"));
        }
        let mut client = self.client(doing).await?;
        let done = async {
            let transaction = client.transaction().await?;
            transaction.batch_execute("ALTER TABLE projects DISABLE TRIGGER USER").await?;
            let sql = "UPDATE projects SET width = NULL, height = NULL, fps = NULL WHERE id IN (
                           SELECT id FROM projects ORDER BY id LIMIT ceil($1::double precision * (SELECT count(*) FROM projects))::bigint)";
            let count = transaction.execute(sql, &[&share]).await?;
            transaction.batch_execute("ALTER TABLE projects ENABLE TRIGGER USER").await?;
            transaction.commit().await?;
            Ok::<u64, tokio_postgres::Error>(count)
        };
        done.await.map_err(failed(doing))
    }
}
