//! Projects and what was done to them. How the picture is kept depends on the release.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_postgres::{Error, Row};

use super::{Page, Store, StoreError, id, moment, now};
use crate::generation::Generation;
use crate::ids::{ProjectId, UserId};

/// Size and speed of what is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    pub width: i32,
    pub height: i32,
    /// Frames a second.
    pub fps: i32,
}

/// A project, without its timeline.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Project {
    pub id: ProjectId,
    pub owner_id: UserId,
    pub name: String,
    #[serde(flatten)]
    pub picture: Picture,
    pub version: i64,
    pub created_at: String,
    pub updated_at: String,
}

pub struct NewProject {
    pub owner_id: UserId,
    pub name: String,
    pub picture: Picture,
}

/// What is not given stays.
pub struct ProjectChange {
    pub name: Option<String>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub fps: Option<i32>,
}

/// One edit, as the list of recent edits shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EditRow {
    pub project_id: ProjectId,
    pub project_name: String,
    pub user_name: String,
    pub kind: String,
    pub detail: Value,
    pub at: String,
}

const COLUMNS: &str = "id, owner_id, name, version, created_at, updated_at";

fn project(row: &Row) -> Result<Option<Project>, Error> {
    let (width, height, fps): (Option<i32>, Option<i32>, Option<i32>) =
        (row.try_get(6)?, row.try_get(7)?, row.try_get(8)?);
    let (Some(width), Some(height), Some(fps)) = (width, height, fps) else { return Ok(None) };
    Ok(Some(Project {
        id: id(row, 0)?,
        owner_id: id(row, 1)?,
        name: row.try_get(2)?,
        version: row.try_get(3)?,
        created_at: moment(row, 4)?,
        updated_at: moment(row, 5)?,
        picture: Picture { width, height, fps },
    }))
}

fn whole(found: Option<Option<Project>>) -> Result<Option<Project>, StoreError> {
    match found {
        Some(None) => Err(StoreError::HalfMigrated),
        other => Ok(other.flatten()),
    }
}

impl Store {
    fn project_columns(&self) -> String {
        match self.generation {
            Generation::First => format!(
                "{COLUMNS}, (settings ->> 'width')::integer, (settings ->> 'height')::integer, (settings ->> 'fps')::integer"
            ),
            Generation::Second => format!("{COLUMNS}, width, height, fps"),
        }
    }

    pub async fn create_project(&self, new: NewProject) -> Result<Project, StoreError> {
        let doing = "making a project";
        let (id, owner, at, p) = (ProjectId::fresh().uuid(), new.owner_id.uuid(), now(), new.picture);
        let columns = self.project_columns();
        let made = match self.generation {
            Generation::First => {
                let sql = format!(
                    "INSERT INTO projects (id, owner_id, name, created_at, updated_at, settings) VALUES ($1, $2, $3, $4, $4, $5)
                     RETURNING {columns}"
                );
                let settings = json!(p);
                self.row(doing, &sql, &[&id, &owner, &new.name, &at, &settings], project).await?
            }
            Generation::Second => {
                let sql = format!(
                    "INSERT INTO projects (id, owner_id, name, created_at, updated_at, width, height, fps)
                     VALUES ($1, $2, $3, $4, $4, $5, $6, $7) RETURNING {columns}"
                );
                self.row(doing, &sql, &[&id, &owner, &new.name, &at, &p.width, &p.height, &p.fps], project).await?
            }
        };
        whole(made)?.ok_or(StoreError::Missing)
    }

    pub async fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        let sql = format!("SELECT {} FROM projects WHERE id = $1", self.project_columns());
        whole(self.row("finding a project", &sql, &[&id.uuid()], project).await?)
    }

    /// Newest first.
    pub async fn projects(&self, page: Page<ProjectId>) -> Result<Vec<Project>, StoreError> {
        let sql = format!(
            "SELECT {} FROM projects WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2",
            self.project_columns()
        );
        let after = page.after.map(ProjectId::uuid);
        let found = self.rows("listing projects", &sql, &[&after, &i64::from(page.limit)], project).await?;
        found.into_iter().map(|one| one.ok_or(StoreError::HalfMigrated)).collect()
    }

    pub async fn change_project(
        &self,
        id: ProjectId,
        change: ProjectChange,
        expected: Option<i64>,
    ) -> Result<Project, StoreError> {
        let set = match self.generation {
            Generation::First => {
                "settings = settings || jsonb_strip_nulls(jsonb_build_object('width', $4::integer, 'height', $5::integer, 'fps', $6::integer))"
            }
            Generation::Second => "width = coalesce($4, width), height = coalesce($5, height), fps = coalesce($6, fps)",
        };
        let sql = format!(
            "UPDATE projects SET name = coalesce($3, name), version = version + 1, updated_at = $7, {set}
             WHERE id = $1 AND ($2::bigint IS NULL OR version = $2) RETURNING {}",
            self.project_columns()
        );
        let (id, at) = (id.uuid(), now());
        let changed = self
            .row(
                "changing a project",
                &sql,
                &[&id, &expected, &change.name, &change.width, &change.height, &change.fps, &at],
                project,
            )
            .await?;
        match whole(changed)? {
            Some(project) => Ok(project),
            None => Err(self.untouched(id).await),
        }
    }

    pub async fn delete_project(&self, id: ProjectId, expected: Option<i64>) -> Result<(), StoreError> {
        let sql = "DELETE FROM projects WHERE id = $1 AND ($2::bigint IS NULL OR version = $2) RETURNING id";
        let gone = self.row("deleting a project", sql, &[&id.uuid(), &expected], |_| Ok(())).await?;
        match gone {
            Some(()) => Ok(()),
            None => Err(self.untouched(id.uuid()).await),
        }
    }

    /// What a change that touched no row means.
    async fn untouched(&self, id: uuid::Uuid) -> StoreError {
        let sql = "SELECT version FROM projects WHERE id = $1";
        match self.row("finding a project's version", sql, &[&id], |row| row.try_get(0)).await {
            Ok(Some(current)) => StoreError::Stale { current },
            Ok(None) => StoreError::Missing,
            Err(error) => error,
        }
    }

    /// Puts an edit into the list of edits; one that was made before (`again` is its id) only if it is not there.
    pub async fn note_edit(
        &self,
        project: ProjectId,
        user: UserId,
        kind: &str,
        detail: &Value,
        again: Option<&str>,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO edits (project_id, user_id, kind, detail, at)
                   SELECT $1::uuid, $2::uuid, $3::text, $4::jsonb, $5::timestamptz
                   WHERE $6::text IS NULL OR NOT EXISTS (SELECT FROM edits WHERE project_id = $1 AND detail ->> 'id' = $6)";
        let parameters: super::Parameters<'_> = &[&project.uuid(), &user.uuid(), &kind, detail, &now(), &again];
        self.rows("noting an edit", sql, parameters, |_| Ok(())).await.map(drop)
    }

    /// Newest first, of all projects.
    pub async fn recent_edits(&self, limit: u32) -> Result<Vec<EditRow>, StoreError> {
        let sql = "SELECT e.project_id, p.name, u.name, e.kind, e.detail, e.at
                   FROM edits e JOIN projects p ON p.id = e.project_id JOIN users u ON u.id = e.user_id
                   ORDER BY e.id DESC LIMIT $1";
        let row = |row: &Row| {
            Ok(EditRow {
                project_id: id(row, 0)?,
                project_name: row.try_get(1)?,
                user_name: row.try_get(2)?,
                kind: row.try_get(3)?,
                detail: row.try_get(4)?,
                at: moment(row, 5)?,
            })
        };
        self.rows("listing edits", sql, &[&i64::from(limit)], row).await
    }
}
