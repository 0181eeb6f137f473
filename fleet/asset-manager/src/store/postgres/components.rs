//! Components in PostgreSQL.

use tokio_postgres::types::Json;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use super::{Postgres, id, moment, now};
use crate::store::{Answer, Components, Page, StoreError};
use crate::story::{Component, ComponentChange, ComponentId, Content, ElementId, Incoming, NewComponent};

const COLUMNS: &str = "id, element_id, kind, title, content, version, created_at, updated_at";
const VERSION: &str = "SELECT version FROM components WHERE id = $1";

fn component(row: &Row) -> Result<Component, Error> {
    Ok(Component {
        id: id(row, 0)?,
        element_id: id(row, 1)?,
        kind: row.try_get(2)?,
        title: row.try_get(3)?,
        content: row.try_get::<_, Json<Content>>(4)?.0,
        version: row.try_get(5)?,
        created_at: moment(row, 6)?,
        updated_at: moment(row, 7)?,
    })
}

fn target(content: &Content) -> Option<Uuid> {
    content.target().map(|id| id.uuid())
}

impl Components for Postgres {
    fn create_component(&self, new: NewComponent) -> Answer<'_, Component> {
        Box::pin(async move {
            let sql = format!(
                "INSERT INTO components (id, element_id, kind, title, content, target_id, created_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING {COLUMNS}"
            );
            let (id, element, kind, target) =
                (new.id.uuid(), new.element_id.uuid(), new.content.kind(), target(&new.content));
            let content = Json(&new.content);
            let row: super::Parameters<'_> = &[&id, &element, &kind, &new.title, &content, &target, &now()];
            let made = self.write("attaching a component", &sql, row, component).await?;
            made.into_iter().next().ok_or(StoreError::Missing)
        })
    }

    fn component(&self, id: ComponentId) -> Answer<'_, Option<Component>> {
        Box::pin(async move {
            let sql = format!("SELECT {COLUMNS} FROM components WHERE id = $1");
            Ok(self.read("finding a component", &sql, &[&id.uuid()], component).await?.into_iter().next())
        })
    }

    fn components(&self, element: ElementId, page: Page<ComponentId>) -> Answer<'_, Vec<Component>> {
        Box::pin(async move {
            let sql = format!(
                "SELECT {COLUMNS} FROM components WHERE element_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3"
            );
            let (after, limit) = (page.after.map(|id| id.uuid()), i64::from(page.limit));
            self.read("listing components", &sql, &[&element.uuid(), &after, &limit], component).await
        })
    }

    fn update_component(
        &self,
        id: ComponentId,
        change: ComponentChange,
        expected: Option<i64>,
    ) -> Answer<'_, Component> {
        Box::pin(async move {
            let doing = "changing a component";
            let sql = format!(
                "UPDATE components SET title = coalesce($2, title), content = coalesce($3, content),
                    target_id = coalesce($6, target_id), version = version + 1, updated_at = $4
                 WHERE id = $1 AND ($5::bigint IS NULL OR version = $5) RETURNING {COLUMNS}"
            );
            let (key, content) = (id.uuid(), change.content.as_ref().map(Json));
            let target = change.content.as_ref().and_then(target);
            let row: super::Parameters<'_> = &[&key, &change.title, &content, &now(), &expected, &target];
            match self.write(doing, &sql, row, component).await?.into_iter().next() {
                Some(changed) => Ok(changed),
                None => Err(self.untouched(doing, VERSION, key).await),
            }
        })
    }

    fn delete_component(&self, id: ComponentId, expected: Option<i64>) -> Answer<'_, ()> {
        Box::pin(async move {
            let delete = "DELETE FROM components WHERE id = $1 AND ($2::bigint IS NULL OR version = $2)";
            let removal = super::removals::Removal { thing: "component", id: id.uuid(), expected };
            match self.remove("removing a component", removal, &[], None, delete).await? {
                Some(_) => Ok(()),
                None => Err(self.untouched("removing a component", VERSION, id.uuid()).await),
            }
        })
    }

    fn incoming(&self, element: ElementId, limit: u32) -> Answer<'_, Vec<Incoming>> {
        Box::pin(async move {
            let sql = "SELECT c.id, e.id, e.name, c.content -> 'relationship' ->> 'relation'
                FROM components c JOIN elements e ON e.id = c.element_id WHERE c.target_id = $1 ORDER BY c.id LIMIT $2";
            let row = |row: &Row| {
                Ok(Incoming {
                    component_id: id(row, 0)?,
                    element_id: id(row, 1)?,
                    element_name: row.try_get(2)?,
                    relation: row.try_get(3)?,
                })
            };
            let doing = "listing incoming relationships";
            self.read(doing, sql, &[&element.uuid(), &i64::from(limit)], row).await
        })
    }

    fn names(&self, elements: Vec<ElementId>) -> Answer<'_, Vec<(ElementId, String)>> {
        Box::pin(async move {
            let ids: Vec<Uuid> = elements.iter().map(|id| id.uuid()).collect();
            let row = |row: &Row| Ok((id(row, 0)?, row.try_get(1)?));
            self.read("finding names", "SELECT id, name FROM elements WHERE id = ANY($1)", &[&ids], row).await
        })
    }
}
