//! Search in PostgreSQL: full text with prefixes, best matches first.

use super::{Postgres, optional_id};
use crate::store::{Answer, Search};
use crate::story::{ElementId, Found, UniverseId, Viewer};

/// Each word as a prefix, in quotes; letters and digits alone, so that nothing in it is taken for query syntax.
fn query(words: &str) -> String {
    let terms = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    terms.take(16).map(|word| format!("'{word}':*")).collect::<Vec<_>>().join(" & ")
}

/// A title weighs more than a text; the excerpt is taken from wherever the words are.
const SQL: &str = "SELECT f.thing, f.id, f.universe_id, f.element_id, f.title,
        ts_headline('simple', CASE WHEN to_tsvector('simple', f.body) @@ f.query THEN f.body ELSE f.title END, f.query,
            'StartSel=[, StopSel=], MaxWords=16, MinWords=8')
    FROM (
        SELECT s.*, q.query, ts_rank('{0, 0, 0.25, 1}', s.words, q.query) AS weight
        FROM to_tsquery('simple', search_folded($1)) AS q(query), search_entries s
        JOIN universes u ON u.id = s.universe_id
        WHERE s.words @@ q.query AND ($2 OR u.visibility = 'public' OR u.owner_id = $3) AND ($4::uuid IS NULL OR u.id = $4)
        ORDER BY weight DESC, s.id DESC LIMIT $5
    ) f ORDER BY f.weight DESC, f.id DESC";

impl Search for Postgres {
    fn search(
        &self,
        viewer: &Viewer,
        words: String,
        universe: Option<UniverseId>,
        limit: u32,
    ) -> Answer<'_, Vec<Found>> {
        let (is_admin, user) = (viewer.is_admin(), viewer.0.as_ref().map(|user| user.id.uuid()));
        Box::pin(async move {
            let query = query(&words);
            if query.is_empty() {
                return Ok(Vec::new());
            }
            let (universe, limit) = (universe.map(|id| id.uuid()), i64::from(limit));
            self.read("searching", SQL, &[&query, &is_admin, &user, &universe, &limit], |row| {
                let element: Option<ElementId> = optional_id(row, 3)?;
                Ok(Found {
                    thing: row.try_get(0)?,
                    id: row.try_get::<_, uuid::Uuid>(1)?.to_string(),
                    universe_id: row.try_get::<_, uuid::Uuid>(2)?.to_string(),
                    element_id: element.map(|id| id.to_string()),
                    title: row.try_get(4)?,
                    excerpt: row.try_get(5)?,
                })
            })
            .await
        })
    }
}
