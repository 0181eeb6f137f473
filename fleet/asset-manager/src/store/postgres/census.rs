//! Everything there is, in PostgreSQL.

use super::Postgres;
use crate::store::{Answer, Census, Thing};

/// Owners before what they own.
const THINGS: &str = "SELECT kind, id::text, owner::text, target::text FROM (
        SELECT 1 AS rank, 'user' AS kind, id, NULL::uuid AS owner, NULL::uuid AS target FROM users
        UNION ALL SELECT 2, 'universe', id, NULL, NULL FROM universes
        UNION ALL SELECT 3, 'element', id, universe_id, NULL FROM elements
        UNION ALL SELECT 4, 'component', id, element_id, target_id FROM components
    ) AS things ORDER BY rank, id";

impl Census for Postgres {
    fn things(&self) -> Answer<'_, Vec<Thing>> {
        Box::pin(self.read("listing everything", THINGS, &[], |row| {
            let owners: [Option<String>; 2] = [row.try_get(2)?, row.try_get(3)?];
            let belongs_to = owners.into_iter().flatten().collect();
            Ok(Thing { kind: row.try_get(0)?, id: row.try_get(1)?, belongs_to })
        }))
    }

    fn removed(&self) -> Answer<'_, Vec<String>> {
        Box::pin(self.read("listing removals", "SELECT id::text FROM removals", &[], |row| row.try_get(0)))
    }
}
