//! Projects.

use super::{Page, Row, Shape, Statement, Store, StoreError, json, now_ms};
use crate::studio::{Platform, Project, ProjectChange, ProjectId, UserId};
use crate::values;

const SELECT: &str = "SELECT p.id, p.owner_id, p.name, p.status, p.step, p.client_id, c.name, p.brief_id, p.platforms,
        p.templates, (SELECT max(r.id) FROM runs r WHERE r.project_id = p.id), p.version, p.created_at, p.updated_at
    FROM projects p LEFT JOIN clients c ON c.id = p.client_id";

fn project(row: &Row) -> Result<Project, Shape> {
    let optional = |column| if row.optional_text(column)?.is_some() { Ok(Some(column)) } else { Ok::<_, Shape>(None) };
    let names: Vec<String> = row.json(8)?;
    Ok(Project {
        id: row.parsed(0, "an id")?,
        owner_id: row.parsed(1, "an id")?,
        name: row.text(2)?,
        status: row.text(3)?,
        step: row.int(4)?,
        client_id: optional(5)?.map(|column| row.parsed(column, "an id")).transpose()?,
        client_name: row.optional_text(6)?,
        brief_id: optional(7)?.map(|column| row.parsed(column, "an id")).transpose()?,
        platforms: names.iter().filter_map(|name| name.parse::<Platform>().ok()).collect(),
        templates: row.json(9)?,
        run_id: optional(10)?.map(|column| row.parsed(column, "an id")).transpose()?,
        version: row.int(11)?,
        created_at: row.moment(12)?,
        updated_at: row.moment(13)?,
    })
}

impl Store {
    /// A draft at the wizard's first step.
    pub async fn create_project(
        &self,
        owner: UserId,
        name: String,
        platforms: &[Platform],
        templates: &[String],
    ) -> Result<Project, StoreError> {
        let (id, at) = (ProjectId::fresh(), now_ms());
        let sql = "INSERT INTO projects (id, owner_id, name, status, platforms, templates, created_at, updated_at)
                   VALUES ($1, $2, $3, 'draft', $4, $5, $6, $6)";
        let row = values![id, owner, name, json(&platforms), json(&templates), at];
        self.write("creating a project", vec![Statement::new(sql, row)]).await?;
        self.project(id).await?.ok_or(StoreError::Missing)
    }

    pub async fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        self.one("finding a project", format!("{SELECT} WHERE p.id = $1"), values![id], project).await
    }

    /// Those of one owner, or everybody's.
    pub async fn projects(&self, owner: Option<UserId>, page: Page) -> Result<Vec<Project>, StoreError> {
        let sql = format!(
            "{SELECT} WHERE (CAST($1 AS text) IS NULL OR p.owner_id = $1)
             AND (CAST($2 AS text) IS NULL OR p.id < $2) ORDER BY p.id DESC LIMIT $3"
        );
        self.all("listing projects", sql, values![owner, page.after, i64::from(page.limit)], project).await
    }

    /// Changes one that is not being written at this moment. With `expected` a conflict at another version. A draft that
    /// has client, brief, platforms and templates is ready; one that lost them is a draft again.
    pub async fn change_project(
        &self,
        id: ProjectId,
        change: ProjectChange,
        expected: Option<i64>,
    ) -> Result<Project, StoreError> {
        let sql = "UPDATE projects SET name = coalesce($2, name), step = coalesce($3, step),
                   client_id = coalesce($4, client_id), brief_id = coalesce($5, brief_id),
                   platforms = coalesce($6, platforms), templates = coalesce($7, templates),
                   version = version + 1, updated_at = $8
                   WHERE id = $1 AND status <> 'generating' AND (CAST($9 AS bigint) IS NULL OR version = $9)";
        let row = values![
            id,
            change.name,
            change.step,
            change.client_id,
            change.brief_id,
            change.platforms.as_ref().map(json),
            change.templates.as_ref().map(json),
            now_ms(),
            expected,
        ];
        let there = Statement::new("SELECT 1 FROM projects WHERE id = $1", values![id]).or_missing();
        let settle = "UPDATE projects SET status = CASE WHEN client_id IS NOT NULL AND brief_id IS NOT NULL
                        AND platforms <> '[]' AND templates <> '[]' THEN 'ready' ELSE 'draft' END
                      WHERE id = $1 AND status IN ('draft', 'ready')";
        let refused = "its posts are being written, or it was changed meanwhile; read it again";
        let change = Statement::new(sql, row).or_conflict(refused);
        self.write("changing a project", vec![there, change, Statement::new(settle, values![id])]).await?;
        self.project(id).await?.ok_or(StoreError::Missing)
    }

    /// With its posts, runs and deliverables.
    pub async fn delete_project(&self, id: ProjectId) -> Result<(), StoreError> {
        let there = Statement::new("SELECT 1 FROM projects WHERE id = $1", values![id]).or_missing();
        let sql = "DELETE FROM projects WHERE id = $1 AND status <> 'generating'";
        let delete = Statement::new(sql, values![id]).or_conflict("its posts are being written; cancel that first");
        self.write("deleting a project", vec![there, delete]).await.map(|_| ())
    }
}
