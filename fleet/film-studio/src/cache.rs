//! Lists that are costly to read, kept for a while under a name that changes with what they show. Losing Redis makes the service slower,
//! never wrong: what is not found is read from the database, and a Redis that does not answer is left alone for a moment.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use fleet_kit::health::{Checking, Dependency};
use fleet_kit::redis::Redis;
use serde_json::json;

const KEPT: Duration = Duration::from_secs(600);
/// What takes longer than this the database does as well.
const ANSWER_MOST: Duration = Duration::from_millis(100);
/// A Redis that failed is not asked again for so long.
const PAUSE: Duration = Duration::from_secs(2);

/// The cache.
pub struct Cache {
    redis: Redis,
    asked_again_at: Mutex<Option<Instant>>,
}

impl Cache {
    /// In Redis, or in its stand-in.
    pub fn new(redis: Redis) -> Cache {
        Cache { redis, asked_again_at: Mutex::new(None) }
    }

    /// The text under `key`, if it is there.
    pub async fn get(&self, key: &str) -> Option<String> {
        let found = self.ask("reading", self.redis.get(key)).await.flatten();
        let name = if found.is_some() { "cache_hits_total" } else { "cache_misses_total" };
        metrics::counter!(name).increment(1);
        found
    }

    /// Keeps a text.
    pub async fn put(&self, key: &str, text: &str) {
        let _kept = self.ask("writing", self.redis.set(key, text, KEPT)).await;
    }

    async fn ask<T>(
        &self,
        doing: &'static str,
        asking: impl Future<Output = Result<T, fleet_kit::redis::RedisError>>,
    ) -> Option<T> {
        if self.pause().is_some_and(|again| Instant::now() < again) {
            return None;
        }
        let error = match tokio::time::timeout(ANSWER_MOST, asking).await {
            Ok(Ok(answer)) => {
                self.set_pause(None);
                return Some(answer);
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} ms", ANSWER_MOST.as_millis()),
        };
        metrics::counter!("cache_errors_total").increment(1);
        tracing::warn!(doing, error, "the cache does not answer; the database does meanwhile");
        self.set_pause(Some(Instant::now() + PAUSE));
        None
    }

    fn pause(&self) -> Option<Instant> {
        *self.asked_again_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_pause(&self, until: Option<Instant>) {
        *self.asked_again_at.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

/// In health it is always up: the service does without it, and the detail says whether it has to.
impl Dependency for Cache {
    fn name(&self) -> &'static str {
        "cache"
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(async {
            let answers = tokio::time::timeout(ANSWER_MOST, self.redis.ping()).await.is_ok_and(|answer| answer.is_ok());
            metrics::gauge!("cache_up").set(if answers { 1.0 } else { 0.0 });
            Ok(json!({"answers": answers}))
        })
    }
}
