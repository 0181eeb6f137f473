//! The durable queue. A worker takes a job with `FOR UPDATE SKIP LOCKED`, so no two take the same; it holds the job as long as it
//! shows signs of life, and whoever finds an older sign takes the job again.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio_postgres::{Error, Row};

use super::{Store, StoreError, id, moment, now, optional_moment};
use crate::ids::{AssetId, JobId, ProjectId};

/// What FFmpeg is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JobKind {
    Thumbnail,
    Waveform,
    /// The timeline, small and quick.
    Preview,
    /// The timeline as it is meant.
    Export,
}

impl JobKind {
    pub const ALL: [JobKind; 4] = [JobKind::Thumbnail, JobKind::Waveform, JobKind::Preview, JobKind::Export];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            JobKind::Thumbnail => "thumbnail",
            JobKind::Waveform => "waveform",
            JobKind::Preview => "preview",
            JobKind::Export => "export",
        }
    }

    fn named(name: &str) -> JobKind {
        // The table admits no other.
        JobKind::ALL.into_iter().find(|kind| kind.as_str() == name).unwrap_or(JobKind::Export)
    }

    /// Lower ones come first: nobody waits for a waveform behind an hour of export.
    fn priority(self) -> i32 {
        match self {
            JobKind::Thumbnail => 0,
            JobKind::Waveform => 1,
            JobKind::Preview => 2,
            JobKind::Export => 3,
        }
    }
}

/// A job as its owner sees it.
#[derive(Clone, Debug, Serialize)]
pub struct Job {
    pub id: JobId,
    pub project_id: ProjectId,
    pub asset_id: Option<AssetId>,
    pub kind: JobKind,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// 0 to 1.
    pub progress: f64,
    pub attempts: i32,
    pub attempts_most: i32,
    pub output: Option<Value>,
    pub error: Option<String>,
    pub request_id: String,
    pub created_at: String,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
}

pub struct NewJob {
    pub project_id: ProjectId,
    pub asset_id: Option<AssetId>,
    pub kind: JobKind,
    pub payload: Value,
    pub attempts_most: i32,
    pub timeout: Duration,
    pub request_id: String,
    pub correlation_id: String,
}

/// A job in a worker's hands.
#[derive(Clone, Debug)]
pub struct Claim {
    pub id: JobId,
    pub project_id: ProjectId,
    pub asset_id: Option<AssetId>,
    pub kind: JobKind,
    pub payload: Value,
    /// Which attempt this is, from 1.
    pub attempt: i32,
    pub attempts_most: i32,
    pub timeout: Duration,
    pub request_id: String,
    pub correlation_id: String,
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    Done(Value),
    /// Tried again after a while, if attempts are left.
    Failed(String),
    /// Trying again would not help.
    Refused(String),
    Cancelled,
    /// The worker goes away; the attempt does not count.
    GivenBack,
}

/// How much there is to do.
#[derive(Clone, Copy, Debug, Default)]
pub struct QueueFigures {
    pub queued: i64,
    pub running: i64,
    /// Age of the oldest that waits.
    pub oldest_seconds: f64,
}

const COLUMNS: &str = "id, project_id, asset_id, kind, state, progress, attempts, attempts_most, output, error, request_id, \
                       created_at, started_at, finished_at";

fn job(row: &Row) -> Result<Job, Error> {
    Ok(Job {
        id: id(row, 0)?,
        project_id: id(row, 1)?,
        asset_id: row.try_get::<_, Option<uuid::Uuid>>(2)?.map(AssetId::from),
        kind: JobKind::named(row.try_get(3)?),
        state: row.try_get(4)?,
        progress: row.try_get(5)?,
        attempts: row.try_get(6)?,
        attempts_most: row.try_get(7)?,
        output: row.try_get(8)?,
        error: row.try_get(9)?,
        request_id: row.try_get(10)?,
        created_at: moment(row, 11)?,
        started_at: optional_moment(row, 12)?,
        finished_at: optional_moment(row, 13)?,
    })
}

fn claim(row: &Row) -> Result<Claim, Error> {
    Ok(Claim {
        id: id(row, 0)?,
        project_id: id(row, 1)?,
        asset_id: row.try_get::<_, Option<uuid::Uuid>>(2)?.map(AssetId::from),
        kind: JobKind::named(row.try_get(3)?),
        payload: row.try_get(4)?,
        attempt: row.try_get(5)?,
        attempts_most: row.try_get(6)?,
        timeout: Duration::from_secs(row.try_get::<_, i32>(7)?.max(1) as u64),
        request_id: row.try_get(8)?,
        correlation_id: row.try_get(9)?,
    })
}

impl Store {
    pub async fn enqueue(&self, new: NewJob) -> Result<Job, StoreError> {
        let sql = format!(
            "INSERT INTO jobs (id, project_id, asset_id, kind, state, payload, attempts_most, priority, run_after, timeout_s,
                               request_id, correlation_id, created_at)
             VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7, $8, $9, $10, $11, $8) RETURNING {COLUMNS}"
        );
        let (kind, timeout) = (new.kind.as_str(), i32::try_from(new.timeout.as_secs()).unwrap_or(i32::MAX));
        let made = self
            .row(
                "queueing a job",
                &sql,
                &[
                    &JobId::fresh().uuid(),
                    &new.project_id.uuid(),
                    &new.asset_id.map(AssetId::uuid),
                    &kind,
                    &new.payload,
                    &new.attempts_most,
                    &new.kind.priority(),
                    &now(),
                    &timeout,
                    &new.request_id,
                    &new.correlation_id,
                ],
                job,
            )
            .await?;
        made.ok_or(StoreError::Missing)
    }

    pub async fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM jobs WHERE id = $1");
        self.row("finding a job", &sql, &[&id.uuid()], job).await
    }

    /// Of a project, newest first.
    pub async fn jobs(&self, project: ProjectId) -> Result<Vec<Job>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM jobs WHERE project_id = $1 ORDER BY id DESC LIMIT 100");
        self.rows("listing jobs", &sql, &[&project.uuid()], job).await
    }

    /// Jobs of a project that left a file behind, with what the file's name ends in.
    pub async fn files_made(&self, project: ProjectId) -> Result<Vec<(JobId, String)>, StoreError> {
        let sql = "SELECT id, output->>'ending' FROM jobs WHERE project_id = $1 AND output->>'ending' IS NOT NULL";
        self.rows("listing files that were made", sql, &[&project.uuid()], |row| Ok((id(row, 0)?, row.try_get(1)?)))
            .await
    }

    /// The next job, for `worker`; also one whose worker shows no sign of life any more. Times are the database's own, so clocks
    /// of workers do not matter.
    pub async fn claim(&self, worker: &str, lease: Duration) -> Result<Option<Claim>, StoreError> {
        let sql = "UPDATE jobs SET state = 'running', worker = $1, attempts = attempts + 1, heartbeat_at = now(),
                       started_at = coalesce(started_at, now()), progress = 0
                   WHERE id = (
                       SELECT id FROM jobs
                       WHERE attempts < attempts_most AND NOT cancel_requested
                         AND (state = 'queued' AND run_after <= now()
                              OR state = 'running' AND heartbeat_at < now() - make_interval(secs => $2))
                       ORDER BY priority, id FOR UPDATE SKIP LOCKED LIMIT 1)
                   RETURNING id, project_id, asset_id, kind, payload, attempts, attempts_most, timeout_s, request_id, correlation_id";
        self.row("taking a job", sql, &[&worker, &lease.as_secs_f64()], claim).await
    }

    /// Ends jobs that nobody will take any more: cancelled while they waited, or abandoned by their last worker.
    pub async fn bury(&self, lease: Duration) -> Result<u64, StoreError> {
        let sql = "UPDATE jobs SET finished_at = now(), worker = NULL,
                       state = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'failed' END,
                       error = CASE WHEN cancel_requested THEN NULL ELSE coalesce(error, 'its last worker died') END
                   WHERE (attempts >= attempts_most OR cancel_requested)
                     AND (state = 'queued' OR state = 'running' AND heartbeat_at < now() - make_interval(secs => $1))
                   RETURNING id";
        Ok(self.rows("ending abandoned jobs", sql, &[&lease.as_secs_f64()], |_| Ok(())).await?.len() as u64)
    }

    /// A sign of life. `None`: the job is another worker's, or gone; else whether it is to be cancelled.
    pub async fn heartbeat(&self, id: JobId, worker: &str, progress: f64) -> Result<Option<bool>, StoreError> {
        let sql =
            "UPDATE jobs SET heartbeat_at = now(), progress = $3 WHERE id = $1 AND worker = $2 AND state = 'running'
                   RETURNING cancel_requested";
        self.row("keeping a job", sql, &[&id.uuid(), &worker, &progress], |row| row.try_get(0)).await
    }

    /// Writes down how an attempt ended, if the job still is the worker's; gives the job's state then.
    pub async fn finish(&self, claim: &Claim, worker: &str, outcome: &Outcome) -> Result<Option<String>, StoreError> {
        let last = claim.attempt >= claim.attempts_most;
        let (state, output, error, again_s, given_back) = match outcome {
            Outcome::Done(output) => ("done", Some(output), None, 0.0, 0),
            Outcome::Failed(why) if last => ("failed", None, Some(why), 0.0, 0),
            Outcome::Failed(why) => ("queued", None, Some(why), 2.0_f64.powi(claim.attempt.min(8)) / 2.0, 0),
            Outcome::Refused(why) => ("failed", None, Some(why), 0.0, 0),
            Outcome::Cancelled => ("cancelled", None, None, 0.0, 0),
            Outcome::GivenBack => ("queued", None, None, 0.0, 1),
        };
        let sql = "UPDATE jobs SET state = $3, output = $4, error = $5, run_after = now() + make_interval(secs => $6),
                       attempts = attempts - $7, worker = NULL, heartbeat_at = NULL,
                       progress = CASE WHEN $3 = 'done' THEN 1 ELSE progress END,
                       finished_at = CASE WHEN $3 = 'queued' THEN NULL ELSE now() END
                   WHERE id = $1 AND worker = $2 AND state = 'running' RETURNING state";
        let parameters: super::Parameters<'_> =
            &[&claim.id.uuid(), &worker, &state, &output, &error, &again_s, &given_back];
        self.row("ending a job", sql, parameters, |row| row.try_get(0)).await
    }

    /// Asks for the end of a job; one that waits ends at once. `None`: it has ended already.
    pub async fn cancel(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let sql = format!(
            "UPDATE jobs SET cancel_requested = true,
                 state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,
                 finished_at = CASE WHEN state = 'queued' THEN now() END
             WHERE id = $1 AND state IN ('queued', 'running') RETURNING {COLUMNS}"
        );
        self.row("cancelling a job", &sql, &[&id.uuid()], job).await
    }

    /// Queues a job that failed once more, with all its attempts. `None`: it has not failed.
    pub async fn retry(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let sql = format!(
            "UPDATE jobs SET state = 'queued', attempts = 0, cancel_requested = false, run_after = now(), error = NULL,
                 finished_at = NULL, progress = 0
             WHERE id = $1 AND state IN ('failed', 'cancelled') RETURNING {COLUMNS}"
        );
        self.row("queueing a job again", &sql, &[&id.uuid()], job).await
    }

    pub async fn queue(&self) -> Result<QueueFigures, StoreError> {
        let sql = "SELECT count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'running'),
                       coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE state = 'queued')), 0)::double precision
                   FROM jobs WHERE state IN ('queued', 'running')";
        let figures = |row: &Row| {
            Ok(QueueFigures { queued: row.try_get(0)?, running: row.try_get(1)?, oldest_seconds: row.try_get(2)? })
        };
        Ok(self.row("counting jobs", sql, &[], figures).await?.unwrap_or_default())
    }
}
