//! Keeps within what the provider allows: requests and tokens a minute, calls at once. Whoever comes too early waits in a
//! queue, in order; a full queue refuses.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex as PlainMutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// The queue holds as many as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} posts wait for the provider already; try again later")]
pub struct QueueFull(usize);

/// One for the process.
pub struct Limiter {
    requests_per_minute: u32,
    tokens_per_minute: u32,
    queue_most: usize,
    calls_most: usize,
    calls: Semaphore,
    /// Held by the one whose turn it is; the others stand behind it in order.
    turn: Mutex<()>,
    waiting: AtomicUsize,
    left: PlainMutex<Left>,
}

struct Left {
    requests: f64,
    tokens: f64,
    refilled: Instant,
}

/// A place among the calls; given back when dropped.
pub struct Place<'a>(#[expect(dead_code, reason = "held, not read")] SemaphorePermit<'a>);

/// Leaves the queue when dropped, however the waiting ends.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let left = self.0.fetch_sub(1, Ordering::AcqRel) - 1;
        metrics::gauge!("rate_limit_queue_length").set(left as f64);
    }
}

impl Limiter {
    /// All figures are at least 1.
    pub fn new(requests_per_minute: u32, tokens_per_minute: u32, queue_most: usize, calls_most: usize) -> Limiter {
        Limiter {
            requests_per_minute,
            tokens_per_minute,
            queue_most,
            calls_most,
            calls: Semaphore::new(calls_most),
            turn: Mutex::new(()),
            waiting: AtomicUsize::new(0),
            left: PlainMutex::new(Left {
                requests: f64::from(requests_per_minute),
                tokens: f64::from(tokens_per_minute),
                refilled: Instant::now(),
            }),
        }
    }

    /// Waits until one request of so many tokens may be made. A request of more tokens than a minute has counts as a minute's.
    pub async fn enter(&self, tokens: u64) -> Result<Place<'_>, QueueFull> {
        let before = self.waiting.fetch_add(1, Ordering::AcqRel);
        let waiting = Waiting(&self.waiting);
        if before >= self.queue_most {
            return Err(QueueFull(before));
        }
        metrics::gauge!("rate_limit_queue_length").set(before as f64 + 1.0);
        // A semaphore that is never closed gives its permits in order.
        let Ok(place) = self.calls.acquire().await else { return Err(QueueFull(before)) };
        let _turn = self.turn.lock().await;
        let tokens = (tokens as f64).min(f64::from(self.tokens_per_minute));
        while let Some(wait) = self.take(tokens) {
            tokio::time::sleep(wait).await;
        }
        drop(waiting);
        Ok(Place(place))
    }

    /// Takes one request and its tokens; or says how long until they are there.
    fn take(&self, tokens: f64) -> Option<Duration> {
        let now = Instant::now();
        let (requests_most, tokens_most) = (f64::from(self.requests_per_minute), f64::from(self.tokens_per_minute));
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let minutes = now.saturating_duration_since(left.refilled).as_secs_f64() / 60.0;
        left.requests = (left.requests + minutes * requests_most).min(requests_most);
        left.tokens = (left.tokens + minutes * tokens_most).min(tokens_most);
        left.refilled = now;
        let missing = f64::max((1.0 - left.requests) / requests_most, (tokens - left.tokens) / tokens_most);
        if missing > 1e-9 {
            return Some(Duration::from_secs_f64(missing * 60.0).max(Duration::from_millis(1)));
        }
        left.requests -= 1.0;
        left.tokens -= tokens;
        None
    }

    /// For health: the limits, what is left of them, and how many wait.
    pub fn figures(&self) -> Value {
        let (requests, tokens) = {
            let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
            (left.requests, left.tokens)
        };
        json!({
            "requests_per_minute": self.requests_per_minute,
            "tokens_per_minute": self.tokens_per_minute,
            "requests_left": requests.floor(),
            "tokens_left": tokens.floor(),
            "calls_at_once": self.calls_most,
            "calls_now": self.calls_most - self.calls.available_permits().min(self.calls_most),
            "queue_length": self.waiting.load(Ordering::Acquire),
            "queue_most": self.queue_most,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_minutes_requests_come_at_once_and_the_rest_evenly() {
        let limiter = Limiter::new(60, 1_000_000, 100, 100);
        let began = Instant::now();
        for _ in 0..60 {
            drop(limiter.enter(1).await.unwrap());
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        for _ in 0..3 {
            drop(limiter.enter(1).await.unwrap());
        }
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(2990) && took < Duration::from_millis(3100), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn tokens_are_counted_and_a_giant_takes_a_minutes() {
        let limiter = Limiter::new(1000, 600, 100, 100);
        drop(limiter.enter(9_000).await.unwrap());
        let began = Instant::now();
        drop(limiter.enter(100).await.unwrap());
        let took = began.elapsed();
        assert!(took >= Duration::from_secs(9) && took < Duration::from_secs(11), "{took:?}");
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_whoever_leaves_makes_room() {
        let limiter = Arc::new(Limiter::new(10, 10, 2, 1));
        let place = limiter.enter(1).await.unwrap();
        let wait = |limiter: Arc<Limiter>| tokio::spawn(async move { limiter.enter(1).await.map(|_| ()) });
        let (first, second) = (wait(limiter.clone()), wait(limiter.clone()));
        while limiter.figures()["queue_length"] != 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(limiter.enter(1).await.err(), Some(QueueFull(2)));
        second.abort();
        assert!(second.await.is_err());
        assert_eq!(limiter.figures()["queue_length"], 1);
        drop(place);
        assert_eq!(first.await.unwrap(), Ok(()));
        assert_eq!(limiter.figures()["queue_length"], 0);
    }
}
