//! Data loss for drills, in SQLite.

use super::Sqlite;
use crate::store::{Answer, Drill};

impl Drill for Sqlite {
    fn lose_components(&self, share: f64) -> Answer<'_, u64> {
        Box::pin(self.write("losing components", move |connection| {
            let sql = "DELETE FROM components WHERE id IN
                (SELECT id FROM components ORDER BY id LIMIT max(1, CAST((SELECT count(*) FROM components) * ?1 AS INTEGER)))";
            Ok(connection.execute(sql, [share])? as u64)
        }))
    }
}
