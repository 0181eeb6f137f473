//! Statements that took too long: a line `SLOW_QUERY` in the log for each, and the newest of them to look at.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

const KEPT: usize = 100;
const SHOWN: usize = 300;

/// A statement that took too long. Its parameters are left out: they hold people's words.
#[derive(Clone, Debug, Serialize)]
pub struct SlowQuery {
    /// RFC 3339, UTC.
    pub at: String,
    pub statement: String,
    pub took_ms: u64,
    /// The request that it was for.
    pub request_id: Option<String>,
}

/// The newest of them.
pub struct SlowLog {
    after: Duration,
    newest: Mutex<VecDeque<SlowQuery>>,
}

impl SlowLog {
    pub(super) fn new(after: Duration) -> SlowLog {
        SlowLog { after, newest: Mutex::new(VecDeque::new()) }
    }

    /// Notes a statement if it took too long.
    pub(super) fn note(&self, statement: &str, took: Duration) {
        metrics::histogram!("database_query_duration_seconds").record(took.as_secs_f64());
        if took < self.after {
            return;
        }
        metrics::counter!("database_slow_queries_total").increment(1);
        let words: Vec<&str> = statement.split_whitespace().collect();
        let statement: String = words.join(" ").chars().take(SHOWN).collect();
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::warn!(statement, took_ms, "SLOW_QUERY");
        let at = format!("{:.3}", jiff::Timestamp::now());
        let request_id = fleet_kit::request::current_id();
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.truncate(KEPT - 1);
        newest.push_front(SlowQuery { at, statement, took_ms, request_id });
    }

    /// Newest first.
    pub(super) fn list(&self) -> Vec<SlowQuery> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
