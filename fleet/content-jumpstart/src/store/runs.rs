//! Runs: who writes a project's posts, and how far they are. A run outlives its instance: whoever finds one whose
//! holder has fallen silent goes on with what is left.

use super::{Row, Shape, Statement, Store, StoreError, now_ms};
use crate::studio::{PostId, ProjectId, Run, RunId};
use crate::values;

const SELECT: &str = "SELECT r.id, r.project_id, r.status, r.fault, r.request_id, r.started_at, r.ended_at,
        (SELECT count(*) FROM posts p WHERE p.run_id = r.id),
        (SELECT count(*) FROM posts p WHERE p.run_id = r.id AND p.status NOT IN ('pending', 'failed')),
        (SELECT count(*) FROM posts p WHERE p.run_id = r.id AND p.status = 'failed')
    FROM runs r";

fn run(row: &Row) -> Result<Run, Shape> {
    let ended = row.optional_int(6)?;
    Ok(Run {
        id: row.parsed(0, "an id")?,
        project_id: row.parsed(1, "an id")?,
        status: row.text(2)?,
        fault: row.optional_text(3)?,
        request_id: row.text(4)?,
        started_at: row.moment(5)?,
        ended_at: row.optional_moment(6)?,
        took_ms: ended.unwrap_or_else(now_ms) - row.int(5)?,
        total: row.small(7)?,
        written: row.small(8)?,
        failed: row.small(9)?,
    })
}

/// A run that an instance took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunToWrite {
    pub id: RunId,
    pub project_id: ProjectId,
    pub request_id: String,
}

impl Store {
    /// Begins to write: the posts of the run before are replaced by pending ones, platform and template for each. A
    /// conflict if the project is not ready or is being written already.
    pub async fn begin_run(
        &self,
        project: ProjectId,
        holder: &str,
        request_id: &str,
        posts: &[(&'static str, String)],
    ) -> Result<Run, StoreError> {
        let (id, now) = (RunId::fresh(), now_ms());
        let claim = "UPDATE projects SET status = 'generating', step = 5, version = version + 1, updated_at = $2
                     WHERE id = $1 AND status IN ('ready', 'qa', 'delivered')";
        let claim = Statement::new(claim, values![project, now])
            .or_conflict("it is not ready, or its posts are being written already");
        let clear = Statement::new("DELETE FROM posts WHERE project_id = $1", values![project]);
        let begin = "INSERT INTO runs (id, project_id, status, holder, beat_at, request_id, started_at)
                     VALUES ($1, $2, 'running', $3, $4, $5, $4)";
        let begin = Statement::new(begin, values![id, project, holder, now, request_id]);
        let pending = "INSERT INTO posts (id, project_id, run_id, number, platform, template, status, body, flags, score,
                         attempt, provider, tokens, note) VALUES ($1, $2, $3, $4, $5, $6, 'pending', '', '[]', 0, 0, '', 0, '')";
        let pending = posts.iter().zip(1i64..).map(|((platform, template), number)| {
            Statement::new(pending, values![PostId::fresh(), project, id, number, *platform, template.clone()])
        });
        let statements = [claim, clear, begin].into_iter().chain(pending).collect();
        self.write("beginning a run", statements).await?;
        self.run(id).await?.ok_or(StoreError::Missing)
    }

    pub async fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        self.one("finding a run", format!("{SELECT} WHERE r.id = $1"), values![id], run).await
    }

    /// Says that the holder still writes. `Conflict`: it is another's, was cancelled, or is over.
    pub async fn beat(&self, id: RunId, holder: &str) -> Result<(), StoreError> {
        let sql = "UPDATE runs SET beat_at = $3 WHERE id = $1 AND holder = $2 AND status = 'running'";
        let beat = Statement::new(sql, values![id, holder, now_ms()]).or_conflict("the run is no longer ours");
        self.write("holding a run", vec![beat]).await.map(|_| ())
    }

    /// Takes every run whose holder has said nothing for so long.
    pub async fn take_silent_runs(&self, holder: &str, silent_ms: i64) -> Result<Vec<RunToWrite>, StoreError> {
        let doing = "taking silent runs";
        let now = now_ms();
        let look = "SELECT 1 FROM runs WHERE status = 'running' AND beat_at < $1 LIMIT 1";
        if self.one(doing, look, values![now - silent_ms], |_| Ok(())).await?.is_none() {
            return Ok(Vec::new());
        }
        let sql = "UPDATE runs SET holder = $1, beat_at = $2 WHERE status = 'running' AND beat_at < $3
                   RETURNING id, project_id, request_id";
        let rows = self.write(doing, vec![Statement::new(sql, values![holder, now, now - silent_ms])]).await?;
        let taken = |row: &Row| {
            Ok(RunToWrite {
                id: row.parsed(0, "an id")?,
                project_id: row.parsed(1, "an id")?,
                request_id: row.text(2)?,
            })
        };
        rows.iter().flatten().map(taken).collect::<Result<_, Shape>>().map_err(super::misshapen(doing))
    }

    /// Lets another instance go on at once with everything that this one holds.
    pub async fn let_go(&self, holder: &str) -> Result<(), StoreError> {
        let sql = "UPDATE runs SET beat_at = 0 WHERE holder = $1 AND status = 'running'";
        self.write("letting go of runs", vec![Statement::new(sql, values![holder])]).await.map(|_| ())
    }

    /// Ends a run: `done` moves the project on to the review, `failed` and `cancelled` back to where it can be begun anew.
    /// A conflict if it is over already.
    pub async fn end_run(&self, id: RunId, status: &'static str, fault: Option<String>) -> Result<(), StoreError> {
        let now = now_ms();
        let end = "UPDATE runs SET status = $2, fault = $3, ended_at = $4 WHERE id = $1 AND status = 'running'";
        let end = Statement::new(end, values![id, status, fault, now]).or_conflict("the run is over already");
        let (next, step) = if status == "done" { ("qa", 6) } else { ("ready", 5) };
        let project = "UPDATE projects SET status = $2, step = $3, version = version + 1, updated_at = $4
                       WHERE id = (SELECT project_id FROM runs WHERE id = $1) AND status = 'generating'";
        let project = Statement::new(project, values![id, next, i64::from(step), now]);
        self.write("ending a run", vec![end, project]).await.map(|_| ())
    }
}
