//! Workers: each takes a job, works, shows signs of life, and writes down how it ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use fleet_kit::request::{RequestIds, under};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::work::{self, Bench};
use crate::config::JobsConfig;
use crate::store::{Claim, Outcome};

/// Jobs of other instances are found after so long at the latest.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// Wakes this instance's workers.
#[derive(Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// The workers of this instance.
pub struct Workers {
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Begins to work. Call within the runtime.
    pub fn start(bench: Arc<Bench>, config: &JobsConfig, wake: &Wake) -> Workers {
        let stop = watch::Sender::new(false);
        let instance = uuid::Uuid::now_v7().simple().to_string();
        let mut running: Vec<JoinHandle<()>> = (0..config.workers)
            .map(|number| {
                let worker = Worker {
                    name: format!("{instance}-{number}"),
                    bench: bench.clone(),
                    config: config.clone(),
                    wake: wake.clone(),
                    stop: stop.subscribe(),
                };
                tokio::spawn(worker.run())
            })
            .collect();
        running.push(tokio::spawn(count(bench, config.lease, stop.subscribe())));
        Workers { stop, running }
    }

    /// Gives back what is being worked on, for others to take, and ends.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for worker in self.running {
            if worker.await.is_err() {
                tracing::error!("a worker panicked; its job is taken again when its lease is over");
            }
        }
    }
}

/// Waits until the workers are told to end.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // The sender lives as long as the workers.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Keeps the queue's figures, and ends jobs that nobody will take.
async fn count(bench: Arc<Bench>, lease: Duration, mut stop: watch::Receiver<bool>) {
    loop {
        match bench.store.queue().await {
            Ok(figures) => {
                metrics::gauge!("ffmpeg_jobs_queued").set(figures.queued as f64);
                metrics::gauge!("ffmpeg_jobs_running").set(figures.running as f64);
                metrics::gauge!("ffmpeg_jobs_oldest_seconds").set(figures.oldest_seconds);
            }
            Err(error) => tracing::debug!(%error, "jobs cannot be counted"),
        }
        match bench.store.bury(lease).await {
            Ok(0) => {}
            Ok(count) => tracing::warn!(count, "jobs ended that nobody would take any more"),
            Err(error) => tracing::debug!(%error, "abandoned jobs cannot be ended"),
        }
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = tokio::time::sleep(Duration::from_secs(2)) => {}
        }
    }
}

struct Worker {
    name: String,
    bench: Arc<Bench>,
    config: JobsConfig,
    wake: Wake,
    stop: watch::Receiver<bool>,
}

impl Worker {
    async fn run(mut self) {
        while !*self.stop.borrow() {
            match self.bench.store.claim(&self.name, self.config.lease).await {
                Ok(Some(claim)) => {
                    let ids =
                        RequestIds { request: claim.request_id.clone(), correlation: claim.correlation_id.clone() };
                    under(ids, self.attempt(claim)).await;
                }
                Ok(None) => self.rest().await,
                Err(error) => {
                    tracing::debug!(%error, "no job can be taken");
                    self.rest().await;
                }
            }
        }
    }

    async fn rest(&mut self) {
        let wake = self.wake.0.clone();
        tokio::select! {
            () = stopped(&mut self.stop) => {}
            () = wake.notified() => {}
            () = tokio::time::sleep(LOOK_INTERVAL) => {}
        }
    }

    /// One attempt, and its end on record.
    async fn attempt(&mut self, claim: Claim) {
        let (job, kind, started) = (claim.id, claim.kind.as_str(), Instant::now());
        tracing::info!(%job, kind, attempt = claim.attempt, "took a job");
        let far = AtomicI64::new(0);
        let outcome = {
            let work = work::perform(&self.bench, &claim, &far);
            let kept = keep(&self.bench, &claim, &self.name, self.config.lease, &far);
            let mut stop = self.stop.clone();
            tokio::select! {
                outcome = work => Some(outcome),
                end = kept => end,
                () = stopped(&mut stop) => Some(Outcome::GivenBack),
            }
        };
        work::clear(&self.bench, &claim).await;
        let Some(outcome) = outcome else {
            tracing::warn!(%job, kind, "another worker has this job now");
            return;
        };
        let took = started.elapsed();
        let state = self.note(&claim, &outcome).await;
        let reason = match &outcome {
            Outcome::Failed(why) | Outcome::Refused(why) => why.as_str(),
            _ => "",
        };
        metrics::histogram!("ffmpeg_job_duration_seconds", "kind" => kind).record(took.as_secs_f64());
        metrics::counter!("ffmpeg_jobs_ended_total", "kind" => kind, "state" => ended(&outcome)).increment(1);
        if reason.is_empty() {
            tracing::info!(%job, kind, state, took_ms = took.as_millis() as u64, "a job ended");
        } else {
            tracing::error!(%job, kind, state, reason, took_ms = took.as_millis() as u64, "a job failed");
        }
    }

    /// Writes the end down, again and again while the database does not answer and the job is still ours.
    async fn note(&self, claim: &Claim, outcome: &Outcome) -> String {
        let deadline = Instant::now() + self.config.lease;
        loop {
            match self.bench.store.finish(claim, &self.name, outcome).await {
                Ok(state) => return state.unwrap_or_else(|| "another worker's".to_owned()),
                Err(error) if Instant::now() > deadline || *self.stop.borrow() => {
                    tracing::error!(%error, job = %claim.id, "a job's end could not be written down; it will be done again");
                    return "unknown".to_owned();
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }
}

fn ended(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done(_) => "done",
        Outcome::Failed(_) | Outcome::Refused(_) => "failed",
        Outcome::Cancelled => "cancelled",
        Outcome::GivenBack => "given_back",
    }
}

/// Shows signs of life until the job is cancelled (an outcome) or somebody else's (none).
async fn keep(bench: &Bench, claim: &Claim, worker: &str, lease: Duration, far: &AtomicI64) -> Option<Outcome> {
    let total = work::duration_ms(claim).max(1) as f64;
    let mut last_sign = Instant::now();
    loop {
        tokio::time::sleep((lease / 4).min(Duration::from_millis(500))).await;
        let progress = (far.load(Ordering::Relaxed) as f64 / total).clamp(0.0, 0.99);
        match bench.store.heartbeat(claim.id, worker, progress).await {
            Ok(Some(false)) => last_sign = Instant::now(),
            Ok(Some(true)) => return Some(Outcome::Cancelled),
            Ok(None) => return None,
            // Without a sign others may take the job: then two would work on it.
            Err(_) if last_sign.elapsed() > lease => return None,
            Err(error) => tracing::debug!(%error, "a sign of life was not written"),
        }
    }
}
