//! Data loss for drills, in PostgreSQL.

use super::Postgres;
use crate::store::{Answer, Drill};

impl Drill for Postgres {
    fn lose_components(&self, share: f64) -> Answer<'_, u64> {
        Box::pin(async move {
            let sql = "DELETE FROM components WHERE id IN
                (SELECT id FROM components ORDER BY id LIMIT greatest(1, trunc((SELECT count(*) FROM components) * $1::float8)::bigint))
                RETURNING 1";
            let lost = self.write("losing components", sql, &[&share], |row| row.try_get::<_, i32>(0)).await?;
            Ok(lost.len() as u64)
        })
    }
}
