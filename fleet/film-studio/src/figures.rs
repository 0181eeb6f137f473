//! What the service did today: counted in this process, added to the database's figures every few seconds and at the end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::store::Store;

const EVERY: Duration = Duration::from_secs(5);
/// Answers that take longer count as late.
const LATE_AFTER: Duration = Duration::from_millis(500);

/// What is counted; clones share it.
#[derive(Clone, Default)]
pub struct Tally(Arc<Mutex<BTreeMap<&'static str, i64>>>);

impl Tally {
    /// One more of something.
    pub fn one(&self, name: &'static str) {
        metrics::counter!("business_events_total", "event" => name).increment(1);
        self.add(&[(name, 1)]);
    }

    fn add(&self, amounts: &[(&'static str, i64)]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, amount) in amounts {
            *all.entry(name).or_default() += amount;
        }
    }

    fn take(&self) -> Vec<(&'static str, i64)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }

    /// Adds what was counted to today's figures. What cannot be written is counted again with the next.
    pub async fn flush(&self, store: &Store) {
        let amounts = self.take();
        if amounts.is_empty() {
            return;
        }
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        if let Err(error) = store.add_figures(today, &amounts).await {
            tracing::warn!(%error, "the day's figures are not written; they are kept for the next time");
            self.add(&amounts);
        }
    }

    /// Flushes now and then, as long as the process runs.
    pub async fn keep(self, store: Arc<Store>) {
        loop {
            tokio::time::sleep(EVERY).await;
            self.flush(&store).await;
        }
    }
}

/// The layer that counts requests, failed ones and late ones.
pub async fn count(State(tally): State<Tally>, request: Request, next: Next) -> Response {
    let is_known = request.extensions().get::<MatchedPath>().is_some();
    let began = Instant::now();
    let response = next.run(request).await;
    if is_known {
        let failed = i64::from(response.status().is_server_error());
        let late = i64::from(began.elapsed() > LATE_AFTER);
        tally.add(&[("requests", 1), ("requests_failed", failed), ("requests_late", late)]);
    }
    response
}
