//! Elements in PostgreSQL.

use tokio_postgres::{Error, Row};

use super::{Postgres, count, id, moment, now, optional_id};
use crate::store::{Answer, Elements, Page, StoreError};
use crate::story::{ComponentId, Element, ElementChange, ElementId, NewElement, UniverseId};

/// Of `elements e` or of rows just written that are called `e`.
const COLUMNS: &str = "e.id, e.universe_id, e.kind, e.name, e.summary,
    (SELECT count(*) FROM components c WHERE c.element_id = e.id), e.version, e.created_at, e.updated_at,
    (SELECT c.id FROM components c WHERE c.element_id = e.id AND c.kind = 'image' ORDER BY c.id LIMIT 1)";
const VERSION: &str = "SELECT version FROM elements WHERE id = $1";

fn element(row: &Row) -> Result<Element, Error> {
    Ok(Element {
        id: id(row, 0)?,
        universe_id: id(row, 1)?,
        kind: row.try_get(2)?,
        name: row.try_get(3)?,
        summary: row.try_get(4)?,
        component_count: count(row, 5)?,
        version: row.try_get(6)?,
        created_at: moment(row, 7)?,
        updated_at: moment(row, 8)?,
        cover_id: optional_id(row, 9)?,
    })
}

impl Elements for Postgres {
    fn create_element(&self, new: NewElement) -> Answer<'_, Element> {
        Box::pin(async move {
            let sql = format!(
                "WITH e AS (INSERT INTO elements (id, universe_id, kind, name, summary, created_at, updated_at)
                    VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING *) SELECT {COLUMNS} FROM e"
            );
            let (id, universe, at) = (ElementId::fresh().uuid(), new.universe_id.uuid(), now());
            let row: super::Parameters<'_> = &[&id, &universe, &new.kind, &new.name, &new.summary, &at];
            let made = self.write("creating an element", &sql, row, element).await?;
            made.into_iter().next().ok_or(StoreError::Missing)
        })
    }

    fn element(&self, id: ElementId) -> Answer<'_, Option<Element>> {
        Box::pin(async move {
            let sql = format!("SELECT {COLUMNS} FROM elements e WHERE e.id = $1");
            Ok(self.read("finding an element", &sql, &[&id.uuid()], element).await?.into_iter().next())
        })
    }

    fn elements(
        &self,
        universe: UniverseId,
        kind: Option<&'static str>,
        page: Page<ElementId>,
    ) -> Answer<'_, Vec<Element>> {
        Box::pin(async move {
            let sql = format!(
                "SELECT {COLUMNS} FROM elements e
                 WHERE e.universe_id = $1 AND ($2::text IS NULL OR e.kind = $2) AND ($3::uuid IS NULL OR e.id < $3)
                 ORDER BY e.id DESC LIMIT $4"
            );
            let (after, limit) = (page.after.map(|id| id.uuid()), i64::from(page.limit));
            self.read("listing elements", &sql, &[&universe.uuid(), &kind, &after, &limit], element).await
        })
    }

    fn update_element(&self, id: ElementId, change: ElementChange, expected: Option<i64>) -> Answer<'_, Element> {
        Box::pin(async move {
            let doing = "changing an element";
            let sql = format!(
                "WITH e AS (UPDATE elements SET kind = coalesce($2, kind), name = coalesce($3, name), summary = coalesce($4, summary),
                    version = version + 1, updated_at = $5 WHERE id = $1 AND ($6::bigint IS NULL OR version = $6)
                    RETURNING *) SELECT {COLUMNS} FROM e"
            );
            let key = id.uuid();
            let row: super::Parameters<'_> = &[&key, &change.kind, &change.name, &change.summary, &now(), &expected];
            match self.write(doing, &sql, row, element).await?.into_iter().next() {
                Some(changed) => Ok(changed),
                None => Err(self.untouched(doing, VERSION, key).await),
            }
        })
    }

    fn delete_element(&self, id: ElementId, expected: Option<i64>) -> Answer<'_, Vec<ComponentId>> {
        Box::pin(async move {
            let locks = ["SELECT 1 FROM elements WHERE id = $1 FOR UPDATE"];
            let files = "SELECT c.id FROM components c WHERE c.element_id = $1";
            let delete = "DELETE FROM elements WHERE id = $1 AND ($2::bigint IS NULL OR version = $2)";
            let removal = super::removals::Removal { thing: "element", id: id.uuid(), expected };
            match self.remove("deleting an element", removal, &locks, Some(files), delete).await? {
                Some(files) => Ok(files),
                None => Err(self.untouched("deleting an element", VERSION, id.uuid()).await),
            }
        })
    }
}
