//! Universes in PostgreSQL.

use tokio_postgres::{Error, Row};

use super::{Postgres, count, id, moment, now, optional_id};
use crate::store::{Answer, Page, StoreError, Universes};
use crate::story::{ComponentId, NewUniverse, Universe, UniverseChange, UniverseId, Viewer};

/// Of `universes u` or of rows just written that are called `u`.
const COLUMNS: &str =
    "u.id, u.owner_id, (SELECT o.name FROM users o WHERE o.id = u.owner_id), u.name, u.description, u.visibility,
    (SELECT count(*) FROM elements e WHERE e.universe_id = u.id), u.version, u.created_at, u.updated_at,
    (SELECT c.id FROM elements e JOIN components c ON c.element_id = e.id AND c.kind = 'image'
        WHERE e.universe_id = u.id ORDER BY e.id DESC, c.id LIMIT 1)";
const VERSION: &str = "SELECT version FROM universes WHERE id = $1";

fn universe(row: &Row) -> Result<Universe, Error> {
    Ok(Universe {
        id: id(row, 0)?,
        owner_id: id(row, 1)?,
        owner_name: row.try_get(2)?,
        name: row.try_get(3)?,
        description: row.try_get(4)?,
        visibility: row.try_get(5)?,
        element_count: count(row, 6)?,
        version: row.try_get(7)?,
        created_at: moment(row, 8)?,
        updated_at: moment(row, 9)?,
        cover_id: optional_id(row, 10)?,
    })
}

impl Universes for Postgres {
    fn create_universe(&self, new: NewUniverse) -> Answer<'_, Universe> {
        Box::pin(async move {
            let sql = format!(
                "WITH u AS (INSERT INTO universes (id, owner_id, name, description, visibility, created_at, updated_at)
                    VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING *) SELECT {COLUMNS} FROM u"
            );
            let (id, owner, at) = (UniverseId::fresh().uuid(), new.owner_id.uuid(), now());
            let made = self
                .write(
                    "creating a universe",
                    &sql,
                    &[&id, &owner, &new.name, &new.description, &new.visibility, &at],
                    universe,
                )
                .await?;
            made.into_iter().next().ok_or(StoreError::Missing)
        })
    }

    fn universe(&self, id: UniverseId) -> Answer<'_, Option<Universe>> {
        Box::pin(async move {
            let sql = format!("SELECT {COLUMNS} FROM universes u WHERE u.id = $1");
            Ok(self.read("finding a universe", &sql, &[&id.uuid()], universe).await?.into_iter().next())
        })
    }

    fn universes(&self, viewer: &Viewer, page: Page<UniverseId>) -> Answer<'_, Vec<Universe>> {
        let (is_admin, user) = (viewer.is_admin(), viewer.0.as_ref().map(|user| user.id.uuid()));
        Box::pin(async move {
            let sql = format!(
                "SELECT {COLUMNS} FROM universes u
                 WHERE ($1 OR u.visibility = 'public' OR u.owner_id = $2) AND ($3::uuid IS NULL OR u.id < $3)
                 ORDER BY u.id DESC LIMIT $4"
            );
            let (after, limit) = (page.after.map(|id| id.uuid()), i64::from(page.limit));
            self.read("listing universes", &sql, &[&is_admin, &user, &after, &limit], universe).await
        })
    }

    fn update_universe(&self, id: UniverseId, change: UniverseChange, expected: Option<i64>) -> Answer<'_, Universe> {
        Box::pin(async move {
            let doing = "changing a universe";
            let sql = format!(
                "WITH u AS (UPDATE universes SET name = coalesce($2, name), description = coalesce($3, description),
                    visibility = coalesce($4, visibility), version = version + 1, updated_at = $5
                    WHERE id = $1 AND ($6::bigint IS NULL OR version = $6) RETURNING *) SELECT {COLUMNS} FROM u"
            );
            let key = id.uuid();
            let row: super::Parameters<'_> =
                &[&key, &change.name, &change.description, &change.visibility, &now(), &expected];
            match self.write(doing, &sql, row, universe).await?.into_iter().next() {
                Some(changed) => Ok(changed),
                None => Err(self.untouched(doing, VERSION, key).await),
            }
        })
    }

    fn delete_universe(&self, id: UniverseId, expected: Option<i64>) -> Answer<'_, Vec<ComponentId>> {
        Box::pin(async move {
            // What hangs below is locked first: a component that comes meanwhile waits, and then finds its element gone.
            let locks = [
                "SELECT 1 FROM universes WHERE id = $1 FOR UPDATE",
                "SELECT 1 FROM elements WHERE universe_id = $1 FOR UPDATE",
            ];
            let files = "SELECT c.id FROM components c JOIN elements e ON e.id = c.element_id WHERE e.universe_id = $1";
            let delete = "DELETE FROM universes WHERE id = $1 AND ($2::bigint IS NULL OR version = $2)";
            let removal = super::removals::Removal { thing: "universe", id: id.uuid(), expected };
            match self.remove("deleting a universe", removal, &locks, Some(files), delete).await? {
                Some(files) => Ok(files),
                None => Err(self.untouched("deleting a universe", VERSION, id.uuid()).await),
            }
        })
    }
}
