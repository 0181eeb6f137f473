//! Films.

use fleet_kit::paging::Page;
use mysql_async::Row;

use super::rows::{BadColumn, get, id, moment, text};
use super::{Store, StoreError};
use crate::film::{NewProject, Project, ProjectChange, ProjectId, Seat, UserId};
use crate::values;

/// Of `projects p` joined with the asker's `members m`.
const COLUMNS: &str = "p.id, p.title, p.logline, p.currency, \
    (SELECT COUNT(*) FROM scenes s WHERE s.project_id = p.id AND NOT s.omitted), \
    (SELECT COUNT(*) FROM shots h JOIN scenes s ON s.id = h.scene_id WHERE s.project_id = p.id), \
    COALESCE((SELECT c.revision FROM scripts c WHERE c.project_id = p.id), 0), \
    m.role, p.version, p.created_at, p.updated_at";
const VERSION: &str = "SELECT version FROM projects WHERE id = ?";

fn project(row: &mut Row) -> Result<Project, BadColumn> {
    Ok(Project {
        id: id(row, 0)?,
        title: text(row, 1)?,
        logline: text(row, 2)?,
        currency: text(row, 3)?,
        scene_count: get(row, 4)?,
        shot_count: get(row, 5)?,
        script_revision: get(row, 6)?,
        seat: Seat::named(&text(row, 7)?).ok_or(BadColumn(7))?,
        version: get(row, 8)?,
        created_at: moment(row, 9)?,
        updated_at: moment(row, 10)?,
    })
}

impl Store {
    /// Creates one; the creator owns it.
    pub async fn create_project(&self, owner: UserId, new: NewProject) -> Result<Project, StoreError> {
        let id = ProjectId::fresh();
        let mut work = self.begin("creating a film").await?;
        let sql = "INSERT INTO projects (id, title, logline, currency, created_at, updated_at)
                   VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))";
        work.execute(sql, values![id.to_string(), new.title, new.logline, new.currency]).await?;
        let seat = "INSERT INTO members (project_id, user_id, role) VALUES (?, ?, 'owner')";
        work.execute(seat, (id.to_string(), owner.to_string())).await?;
        work.keep().await?;
        self.project(owner, id).await?.ok_or(StoreError::Missing)
    }

    /// One, if the asker is on its team.
    pub async fn project(&self, asker: UserId, id: ProjectId) -> Result<Option<Project>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM projects p JOIN members m ON m.project_id = p.id AND m.user_id = ? WHERE p.id = ?"
        );
        self.read_one("finding a film", &sql, (asker.to_string(), id.to_string()), project).await
    }

    /// Those on whose team the asker is, newest first.
    pub async fn projects(&self, asker: UserId, page: Page<ProjectId>) -> Result<Vec<Project>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM projects p JOIN members m ON m.project_id = p.id AND m.user_id = ?
             WHERE (? IS NULL OR p.id < ?) ORDER BY p.id DESC LIMIT ?"
        );
        let after = page.after.map(|id| id.to_string());
        self.read("listing films", &sql, values![asker.to_string(), after.clone(), after, page.limit], project).await
    }

    /// Changes one; `Stale` at another version than `expected`.
    pub async fn update_project(
        &self,
        id: ProjectId,
        change: ProjectChange,
        expected: Option<i64>,
    ) -> Result<(), StoreError> {
        let doing = "changing a film";
        let sql = "UPDATE projects SET title = COALESCE(?, title), logline = COALESCE(?, logline),
                   currency = COALESCE(?, currency), version = version + 1, updated_at = UTC_TIMESTAMP(3)
                   WHERE id = ? AND (? IS NULL OR version = ?)";
        let row = values![change.title, change.logline, change.currency, id.to_string(), expected, expected];
        match self.write(doing, sql, row).await? {
            0 => Err(self.untouched(doing, VERSION, id.to_string()).await),
            _ => Ok(()),
        }
    }

    /// Deletes one with all in it; `Stale` at another version than `expected`.
    pub async fn delete_project(&self, id: ProjectId, expected: Option<i64>) -> Result<(), StoreError> {
        let doing = "deleting a film";
        let sql = "DELETE FROM projects WHERE id = ? AND (? IS NULL OR version = ?)";
        match self.write(doing, sql, values![id.to_string(), expected, expected]).await? {
            0 => Err(self.untouched(doing, VERSION, id.to_string()).await),
            _ => Ok(()),
        }
    }

    /// The seat of somebody, and the film's content number: what a cached list must have been made from.
    pub async fn seat(&self, asker: UserId, id: ProjectId) -> Result<Option<(Seat, i64)>, StoreError> {
        let sql = "SELECT m.role, p.content FROM members m JOIN projects p ON p.id = m.project_id
                   WHERE m.project_id = ? AND m.user_id = ?";
        let row = |row: &mut Row| Ok((Seat::named(&text(row, 0)?).ok_or(BadColumn(0))?, get(row, 1)?));
        self.read_one("finding a seat", sql, (id.to_string(), asker.to_string()), row).await
    }
}
