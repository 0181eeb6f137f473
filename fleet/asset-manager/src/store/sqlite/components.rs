//! Components in SQLite.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Refusal, Sqlite, id, note_removal, now, parent_is_gone, untouched};
use crate::store::{Answer, Components, Page};
use crate::story::{Component, ComponentChange, ComponentId, Content, ElementId, Incoming, NewComponent};

const SELECT: &str = "SELECT id, element_id, kind, title, content, version, created_at, updated_at FROM components";
const VERSION: &str = "SELECT version FROM components WHERE id = ?1";

fn component(row: &Row<'_>) -> Result<Component, rusqlite::Error> {
    let content: String = row.get(4)?;
    let unreadable = |error| rusqlite::Error::FromSqlConversionFailure(4, Type::Text, Box::new(error));
    Ok(Component {
        id: id(row, 0)?,
        element_id: id(row, 1)?,
        kind: row.get(2)?,
        title: row.get(3)?,
        content: serde_json::from_str(&content).map_err(unreadable)?,
        version: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}

fn find(connection: &Connection, id: ComponentId) -> Result<Option<Component>, rusqlite::Error> {
    connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?.query_row([id.to_string()], component).optional()
}

fn stored(content: &Content) -> Result<String, rusqlite::Error> {
    serde_json::to_string(content).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

impl Components for Sqlite {
    fn create_component(&self, new: NewComponent) -> Answer<'_, Component> {
        Box::pin(self.write("attaching a component", move |connection| {
            let (id, at) = (new.id, now());
            let sql = "INSERT INTO components (id, element_id, kind, title, content, target_id, created_at, updated_at)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
            let row = params![
                id.to_string(),
                new.element_id.to_string(),
                new.content.kind(),
                new.title,
                stored(&new.content)?,
                new.content.target().map(|id| id.to_string()),
                at
            ];
            connection.prepare_cached(sql)?.execute(row).map_err(parent_is_gone)?;
            find(connection, id)?.ok_or(Refusal::Missing)
        }))
    }

    fn component(&self, id: ComponentId) -> Answer<'_, Option<Component>> {
        Box::pin(self.read("finding a component", move |connection| find(connection, id)))
    }

    fn components(&self, element: ElementId, page: Page<ComponentId>) -> Answer<'_, Vec<Component>> {
        Box::pin(self.read("listing components", move |connection| {
            let sql = format!("{SELECT} WHERE element_id = ?1 AND (?2 IS NULL OR id > ?2) ORDER BY id LIMIT ?3");
            let mut statement = connection.prepare_cached(&sql)?;
            let after = page.after.map(|id| id.to_string());
            statement.query_map(params![element.to_string(), after, page.limit], component)?.collect()
        }))
    }

    fn update_component(
        &self,
        id: ComponentId,
        change: ComponentChange,
        expected: Option<i64>,
    ) -> Answer<'_, Component> {
        Box::pin(self.write("changing a component", move |connection| {
            let sql = "UPDATE components SET title = coalesce(?2, title), content = coalesce(?3, content), target_id = coalesce(?6, target_id),
                       version = version + 1, updated_at = ?4 WHERE id = ?1 AND (?5 IS NULL OR version = ?5)";
            let key = id.to_string();
            let content = change.content.as_ref().map(stored).transpose()?;
            let target = change.content.as_ref().and_then(Content::target).map(|id| id.to_string());
            let row = params![key, change.title, content, now(), expected, target];
            if connection.prepare_cached(sql)?.execute(row).map_err(parent_is_gone)? == 0 {
                return Err(untouched(connection, VERSION, &key));
            }
            find(connection, id)?.ok_or(Refusal::Missing)
        }))
    }

    fn delete_component(&self, id: ComponentId, expected: Option<i64>) -> Answer<'_, ()> {
        Box::pin(self.write("removing a component", move |connection| {
            let key = id.to_string();
            let sql = "DELETE FROM components WHERE id = ?1 AND (?2 IS NULL OR version = ?2)";
            if connection.prepare_cached(sql)?.execute(params![key, expected])? == 0 {
                return Err(untouched(connection, VERSION, &key));
            }
            note_removal(connection, "component", &key)?;
            Ok(())
        }))
    }

    fn incoming(&self, element: ElementId, limit: u32) -> Answer<'_, Vec<Incoming>> {
        Box::pin(self.read("listing incoming relationships", move |connection| {
            let sql = "SELECT c.id, e.id, e.name, c.content ->> '$.relationship.relation'
                FROM components c JOIN elements e ON e.id = c.element_id WHERE c.target_id = ?1 ORDER BY c.id LIMIT ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map(params![element.to_string(), limit], |row| {
                Ok(Incoming {
                    component_id: id(row, 0)?,
                    element_id: id(row, 1)?,
                    element_name: row.get(2)?,
                    relation: row.get(3)?,
                })
            })?;
            rows.collect()
        }))
    }

    fn names(&self, elements: Vec<ElementId>) -> Answer<'_, Vec<(ElementId, String)>> {
        Box::pin(self.read("finding names", move |connection| {
            let mut statement = connection.prepare_cached("SELECT name FROM elements WHERE id = ?1")?;
            let mut names = Vec::new();
            for element in elements {
                if let Some(name) = statement.query_row([element.to_string()], |row| row.get(0)).optional()? {
                    names.push((element, name));
                }
            }
            Ok(names)
        }))
    }
}
