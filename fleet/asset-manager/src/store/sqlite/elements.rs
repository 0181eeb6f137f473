//! Elements in SQLite.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Refusal, Sqlite, id, note_removal, now, optional_id, parent_is_gone, untouched, with_files};
use crate::store::{Answer, Elements, Page};
use crate::story::{ComponentId, Element, ElementChange, ElementId, NewElement, UniverseId};

const SELECT: &str = "SELECT e.id, e.universe_id, e.kind, e.name, e.summary,
        (SELECT count(*) FROM components c WHERE c.element_id = e.id), e.version, e.created_at, e.updated_at,
        (SELECT c.id FROM components c WHERE c.element_id = e.id AND c.kind = 'image' ORDER BY c.id LIMIT 1)
    FROM elements e";
const VERSION: &str = "SELECT version FROM elements WHERE id = ?1";

fn element(row: &Row<'_>) -> Result<Element, rusqlite::Error> {
    Ok(Element {
        id: id(row, 0)?,
        universe_id: id(row, 1)?,
        kind: row.get(2)?,
        name: row.get(3)?,
        summary: row.get(4)?,
        component_count: row.get(5)?,
        version: row.get(6)?,
        created_at: row.get(7)?,
        updated_at: row.get(8)?,
        cover_id: optional_id(row, 9)?,
    })
}

fn find(connection: &Connection, id: ElementId) -> Result<Option<Element>, rusqlite::Error> {
    connection.prepare_cached(&format!("{SELECT} WHERE e.id = ?1"))?.query_row([id.to_string()], element).optional()
}

impl Elements for Sqlite {
    fn create_element(&self, new: NewElement) -> Answer<'_, Element> {
        Box::pin(self.write("creating an element", move |connection| {
            let (id, at) = (ElementId::fresh(), now());
            let sql = "INSERT INTO elements (id, universe_id, kind, name, summary, created_at, updated_at)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)";
            let row = params![id.to_string(), new.universe_id.to_string(), new.kind, new.name, new.summary, at];
            connection.prepare_cached(sql)?.execute(row).map_err(parent_is_gone)?;
            find(connection, id)?.ok_or(Refusal::Missing)
        }))
    }

    fn element(&self, id: ElementId) -> Answer<'_, Option<Element>> {
        Box::pin(self.read("finding an element", move |connection| find(connection, id)))
    }

    fn elements(
        &self,
        universe: UniverseId,
        kind: Option<&'static str>,
        page: Page<ElementId>,
    ) -> Answer<'_, Vec<Element>> {
        Box::pin(self.read("listing elements", move |connection| {
            let sql = format!(
                "{SELECT} WHERE e.universe_id = ?1 AND (?2 IS NULL OR e.kind = ?2) AND (?3 IS NULL OR e.id < ?3)
                 ORDER BY e.id DESC LIMIT ?4"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let after = page.after.map(|id| id.to_string());
            let rows = statement.query_map(params![universe.to_string(), kind, after, page.limit], element)?;
            rows.collect()
        }))
    }

    fn update_element(&self, id: ElementId, change: ElementChange, expected: Option<i64>) -> Answer<'_, Element> {
        Box::pin(self.write("changing an element", move |connection| {
            let sql = "UPDATE elements SET kind = coalesce(?2, kind), name = coalesce(?3, name), summary = coalesce(?4, summary),
                       version = version + 1, updated_at = ?5 WHERE id = ?1 AND (?6 IS NULL OR version = ?6)";
            let key = id.to_string();
            let row = params![key, change.kind, change.name, change.summary, now(), expected];
            if connection.prepare_cached(sql)?.execute(row)? == 0 {
                return Err(untouched(connection, VERSION, &key));
            }
            find(connection, id)?.ok_or(Refusal::Missing)
        }))
    }

    fn delete_element(&self, id: ElementId, expected: Option<i64>) -> Answer<'_, Vec<ComponentId>> {
        Box::pin(self.write("deleting an element", move |connection| {
            let key = id.to_string();
            let files = with_files(connection, "SELECT c.id FROM components c WHERE c.element_id = ?1", &key)?;
            let sql = "DELETE FROM elements WHERE id = ?1 AND (?2 IS NULL OR version = ?2)";
            if connection.prepare_cached(sql)?.execute(params![key, expected])? == 0 {
                return Err(untouched(connection, VERSION, &key));
            }
            note_removal(connection, "element", &key)?;
            Ok(files)
        }))
    }
}
