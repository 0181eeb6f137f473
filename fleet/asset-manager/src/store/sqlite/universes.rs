//! Universes in SQLite.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Refusal, Sqlite, id, note_removal, now, optional_id, parent_is_gone, untouched, with_files};
use crate::store::{Answer, Page, Universes};
use crate::story::{ComponentId, NewUniverse, Universe, UniverseChange, UniverseId, Viewer};

const SELECT: &str = "SELECT u.id, u.owner_id, o.name, u.name, u.description, u.visibility,
        (SELECT count(*) FROM elements e WHERE e.universe_id = u.id), u.version, u.created_at, u.updated_at,
        (SELECT c.id FROM elements e JOIN components c ON c.element_id = e.id AND c.kind = 'image'
            WHERE e.universe_id = u.id ORDER BY e.id DESC, c.id LIMIT 1)
    FROM universes u JOIN users o ON o.id = u.owner_id";
const VERSION: &str = "SELECT version FROM universes WHERE id = ?1";

fn universe(row: &Row<'_>) -> Result<Universe, rusqlite::Error> {
    Ok(Universe {
        id: id(row, 0)?,
        owner_id: id(row, 1)?,
        owner_name: row.get(2)?,
        name: row.get(3)?,
        description: row.get(4)?,
        visibility: row.get(5)?,
        element_count: row.get(6)?,
        version: row.get(7)?,
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
        cover_id: optional_id(row, 10)?,
    })
}

fn find(connection: &Connection, id: UniverseId) -> Result<Option<Universe>, rusqlite::Error> {
    connection.prepare_cached(&format!("{SELECT} WHERE u.id = ?1"))?.query_row([id.to_string()], universe).optional()
}

impl Universes for Sqlite {
    fn create_universe(&self, new: NewUniverse) -> Answer<'_, Universe> {
        Box::pin(self.write("creating a universe", move |connection| {
            let (id, at) = (UniverseId::fresh(), now());
            let sql = "INSERT INTO universes (id, owner_id, name, description, visibility, created_at, updated_at)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)";
            let row = params![id.to_string(), new.owner_id.to_string(), new.name, new.description, new.visibility, at];
            connection.prepare_cached(sql)?.execute(row).map_err(parent_is_gone)?;
            find(connection, id)?.ok_or(Refusal::Missing)
        }))
    }

    fn universe(&self, id: UniverseId) -> Answer<'_, Option<Universe>> {
        Box::pin(self.read("finding a universe", move |connection| find(connection, id)))
    }

    fn universes(&self, viewer: &Viewer, page: Page<UniverseId>) -> Answer<'_, Vec<Universe>> {
        let (is_admin, user) = (viewer.is_admin(), viewer.0.as_ref().map(|user| user.id.to_string()));
        Box::pin(self.read("listing universes", move |connection| {
            let sql = format!(
                "{SELECT} WHERE (?1 OR u.visibility = 'public' OR u.owner_id = ?2) AND (?3 IS NULL OR u.id < ?3)
                 ORDER BY u.id DESC LIMIT ?4"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement
                .query_map(params![is_admin, user, page.after.map(|id| id.to_string()), page.limit], universe)?;
            rows.collect()
        }))
    }

    fn update_universe(&self, id: UniverseId, change: UniverseChange, expected: Option<i64>) -> Answer<'_, Universe> {
        Box::pin(self.write("changing a universe", move |connection| {
            let sql = "UPDATE universes SET name = coalesce(?2, name), description = coalesce(?3, description),
                       visibility = coalesce(?4, visibility), version = version + 1, updated_at = ?5
                       WHERE id = ?1 AND (?6 IS NULL OR version = ?6)";
            let key = id.to_string();
            let row = params![key, change.name, change.description, change.visibility, now(), expected];
            if connection.prepare_cached(sql)?.execute(row)? == 0 {
                return Err(untouched(connection, VERSION, &key));
            }
            find(connection, id)?.ok_or(Refusal::Missing)
        }))
    }

    fn delete_universe(&self, id: UniverseId, expected: Option<i64>) -> Answer<'_, Vec<ComponentId>> {
        Box::pin(self.write("deleting a universe", move |connection| {
            let key = id.to_string();
            let files = with_files(
                connection,
                "SELECT c.id FROM components c JOIN elements e ON e.id = c.element_id WHERE e.universe_id = ?1",
                &key,
            )?;
            let sql = "DELETE FROM universes WHERE id = ?1 AND (?2 IS NULL OR version = ?2)";
            if connection.prepare_cached(sql)?.execute(params![key, expected])? == 0 {
                return Err(untouched(connection, VERSION, &key));
            }
            note_removal(connection, "universe", &key)?;
            Ok(files)
        }))
    }
}
