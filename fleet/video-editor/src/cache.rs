//! Answers that many ask for, kept in Redis for a moment. Without Redis they are read anew each time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fleet_kit::redis::Redis;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The first part of the list of projects.
pub const PROJECTS: &str = "video-editor:cache:projects";
/// The edits made last.
pub const RECENT_EDITS: &str = "video-editor:cache:recent-edits";
/// What another instance changed is seen after so long at the latest.
const LIFETIME: Duration = Duration::from_secs(5);

/// Keeps answers.
pub struct Cache {
    redis: Redis,
    hits: AtomicU64,
    asked: AtomicU64,
}

impl Cache {
    pub fn new(redis: Redis) -> Cache {
        Cache { redis, hits: AtomicU64::new(0), asked: AtomicU64::new(0) }
    }

    /// What is kept, else what `load` gives, which is kept then.
    pub async fn get_or<T: Serialize + DeserializeOwned, E>(
        &self,
        key: &str,
        load: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let kept = self.redis.get(key).await;
        let kept = kept.unwrap_or_else(|error| {
            tracing::debug!(%error, "the cache was not asked");
            None
        });
        let found = kept.and_then(|text| serde_json::from_str(&text).ok());
        self.count(found.is_some());
        if let Some(found) = found {
            return Ok(found);
        }
        let loaded = load.await?;
        if let Ok(text) = serde_json::to_string(&loaded)
            && let Err(error) = self.redis.set(key, &text, LIFETIME).await
        {
            tracing::debug!(%error, "an answer was not kept");
        }
        Ok(loaded)
    }

    /// Whoever changes something takes the answers about it away.
    pub async fn forget(&self, key: &str) {
        if let Err(error) = self.redis.remove(key).await {
            tracing::debug!(%error, "an answer was not taken away; it ends by itself");
        }
    }

    fn count(&self, hit: bool) {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let hits = self.hits.fetch_add(u64::from(hit), Ordering::Relaxed) + u64::from(hit);
        metrics::counter!("cache_requests_total", "result" => if hit { "hit" } else { "miss" }).increment(1);
        metrics::gauge!("redis_hit_ratio").set(hits as f64 / asked as f64);
    }
}
