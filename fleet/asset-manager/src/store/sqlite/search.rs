//! Search in SQLite: FTS5, best matches first.

use rusqlite::params;

use super::Sqlite;
use crate::store::{Answer, Search};
use crate::story::{Found, UniverseId, Viewer};

/// Each word as a prefix, in quotes, so that nothing in it is taken for query syntax.
fn query(words: &str) -> String {
    let terms = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    terms.take(16).map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" ")
}

impl Search for Sqlite {
    fn search(
        &self,
        viewer: &Viewer,
        words: String,
        universe: Option<UniverseId>,
        limit: u32,
    ) -> Answer<'_, Vec<Found>> {
        let (is_admin, user) = (viewer.is_admin(), viewer.0.as_ref().map(|user| user.id.to_string()));
        Box::pin(self.read("searching", move |connection| {
            let query = query(&words);
            if query.is_empty() {
                return Ok(Vec::new());
            }
            let sql = "SELECT s.thing, s.id, s.universe_id, s.element_id, s.title, snippet(search_index, -1, '[', ']', '…', 16)
                FROM search_index JOIN search_entries s ON s.number = search_index.rowid
                JOIN universes u ON u.id = s.universe_id
                WHERE search_index MATCH ?1 AND (?2 OR u.visibility = 'public' OR u.owner_id = ?3) AND (?4 IS NULL OR u.id = ?4)
                ORDER BY bm25(search_index, 4.0, 1.0), s.number DESC LIMIT ?5";
            let mut statement = connection.prepare_cached(sql)?;
            let parameters = params![query, is_admin, user, universe.map(|id| id.to_string()), limit];
            let rows = statement.query_map(parameters, |row| {
                Ok(Found {
                    thing: row.get(0)?,
                    id: row.get(1)?,
                    universe_id: row.get(2)?,
                    element_id: row.get(3)?,
                    title: row.get(4)?,
                    excerpt: row.get(5)?,
                })
            })?;
            rows.collect()
        }))
    }
}
