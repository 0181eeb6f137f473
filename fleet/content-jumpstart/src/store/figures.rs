//! Figures of the service: what the dashboard and the business metrics show.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Row, Store, StoreError, now_ms};
use crate::studio::UserId;
use crate::values;

/// Of one owner, or of everybody.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    pub clients: i64,
    /// By status.
    pub projects: BTreeMap<String, i64>,
    /// Those not delivered yet.
    pub active_projects: i64,
    /// Written within the last hour.
    pub posts_per_hour: i64,
    /// Written within the last 24 hours, by hour; the newest last.
    pub posts_by_hour: Vec<i64>,
    /// Posts of the last 24 hours that no provider wrote.
    pub failed_posts: i64,
    /// Runs that began within the last 24 hours, and how many of them failed.
    pub runs: i64,
    pub failed_runs: i64,
    /// From 0 to 100; null without a run.
    pub failed_runs_percent: Option<f64>,
    /// The longest of the last 24 hours' runs that ended well.
    pub slowest_run_ms: i64,
    /// Mean of all written posts, 0 to 100.
    pub mean_score: i64,
}

const HOUR_MS: i64 = 3_600_000;

impl Store {
    pub async fn figures(&self, owner: Option<UserId>) -> Result<Figures, StoreError> {
        let doing = "counting";
        let now = now_ms();
        let day = now - 24 * HOUR_MS;
        let sql =
            "SELECT status, count(*) FROM projects WHERE (CAST($1 AS text) IS NULL OR owner_id = $1) GROUP BY status";
        let projects: BTreeMap<String, i64> =
            self.all(doing, sql, values![owner], |row| Ok((row.text(0)?, row.int(1)?))).await?.into_iter().collect();
        let sql = "SELECT (SELECT count(*) FROM clients WHERE CAST($1 AS text) IS NULL OR owner_id = $1),
                (SELECT CAST(coalesce(avg(s.score), 0) AS bigint) FROM posts s JOIN projects p ON p.id = s.project_id
                    WHERE s.status NOT IN ('pending', 'failed') AND (CAST($1 AS text) IS NULL OR p.owner_id = $1)),
                (SELECT count(*) FROM posts s JOIN runs r ON r.id = s.run_id JOIN projects p ON p.id = s.project_id
                    WHERE s.status = 'failed' AND r.started_at > $2 AND (CAST($1 AS text) IS NULL OR p.owner_id = $1))";
        let read = |row: &Row| Ok((row.int(0)?, row.int(1)?, row.int(2)?));
        let (clients, mean_score, failed_posts) =
            self.one(doing, sql, values![owner, day], read).await?.unwrap_or_default();
        let sql = "SELECT (s.written_at - $2) / 3600000, count(*) FROM posts s JOIN projects p ON p.id = s.project_id
                   WHERE s.written_at > $2 AND (CAST($1 AS text) IS NULL OR p.owner_id = $1) GROUP BY 1";
        let by_hour = self.all(doing, sql, values![owner, day], |row| Ok((row.int(0)?, row.int(1)?))).await?;
        let mut posts_by_hour = vec![0; 24];
        for (hour, count) in by_hour {
            if let Some(place) = posts_by_hour.get_mut(usize::try_from(hour.clamp(0, 23)).unwrap_or(23)) {
                *place += count;
            }
        }
        let sql = "SELECT count(*), CAST(coalesce(sum(CASE WHEN r.status = 'failed' THEN 1 ELSE 0 END), 0) AS bigint),
                CAST(coalesce(max(CASE WHEN r.status = 'done' THEN r.ended_at - r.started_at ELSE 0 END), 0) AS bigint)
            FROM runs r JOIN projects p ON p.id = r.project_id
            WHERE r.started_at > $2 AND (CAST($1 AS text) IS NULL OR p.owner_id = $1)";
        let (runs, failed_runs, slowest_run_ms) =
            self.one(doing, sql, values![owner, day], read).await?.unwrap_or_default();
        Ok(Figures {
            clients,
            active_projects: projects.iter().filter(|(status, _)| *status != "delivered").map(|(_, count)| count).sum(),
            projects,
            posts_per_hour: posts_by_hour.last().copied().unwrap_or(0),
            posts_by_hour,
            failed_posts,
            runs,
            failed_runs,
            failed_runs_percent: (runs > 0).then(|| (failed_runs as f64 * 1000.0 / runs as f64).round() / 10.0),
            slowest_run_ms,
            mean_score,
        })
    }
}
