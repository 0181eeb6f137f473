//! Everything there is, in SQLite.

use super::Sqlite;
use crate::store::{Answer, Census, Thing};

/// Owners before what they own.
const THINGS: &str = "SELECT 'user', id, NULL, NULL FROM users
    UNION ALL SELECT 'universe', id, NULL, NULL FROM universes
    UNION ALL SELECT 'element', id, universe_id, NULL FROM elements
    UNION ALL SELECT 'component', id, element_id, target_id FROM components";

impl Census for Sqlite {
    fn things(&self) -> Answer<'_, Vec<Thing>> {
        Box::pin(self.read("listing everything", |connection| {
            let mut statement = connection.prepare(THINGS)?;
            let things = statement.query_map([], |row| {
                let owners: [Option<String>; 2] = [row.get(2)?, row.get(3)?];
                Ok(Thing { kind: row.get(0)?, id: row.get(1)?, belongs_to: owners.into_iter().flatten().collect() })
            })?;
            things.collect()
        }))
    }

    fn removed(&self) -> Answer<'_, Vec<String>> {
        Box::pin(self.read("listing removals", |connection| {
            connection.prepare("SELECT id FROM removals")?.query_map([], |row| row.get(0))?.collect()
        }))
    }
}
