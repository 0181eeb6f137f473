//! So many requests a minute for each caller: what guards sign-ins and costly routes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// Callers remembered at most; the ones that waited longest are forgotten first, which only favours them.
const CALLERS_MOST: usize = 10_000;
const WINDOW: Duration = Duration::from_secs(60);

/// Lets each caller do something so often a minute, evenly refilled.
pub struct Quota {
    per_minute: u32,
    /// By a digest: callers choose how long their names are.
    callers: Mutex<HashMap<[u8; 32], Allowance>>,
}

struct Allowance {
    left: f64,
    seen: Instant,
}

impl Quota {
    /// `per_minute` is at least 1; also how many may come at once.
    pub fn new(per_minute: u32) -> Quota {
        Quota { per_minute: per_minute.max(1), callers: Mutex::new(HashMap::new()) }
    }

    /// Takes one from the caller's allowance, or refuses with 429 and says when to come back.
    pub fn take(&self, caller: &str) -> Result<(), Problem> {
        self.take_at(caller, Instant::now()).map_err(|wait| {
            let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
            let detail = format!("too many of these requests; try again in {seconds} s");
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many", detail)
                .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
        })
    }

    fn take_at(&self, caller: &str, now: Instant) -> Result<(), Duration> {
        let most = f64::from(self.per_minute);
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= CALLERS_MOST {
            callers.retain(|_, allowance| now.saturating_duration_since(allowance.seen) < WINDOW);
            if callers.len() >= CALLERS_MOST {
                callers.clear();
            }
        }
        let allowance = callers.entry(Sha256::digest(caller).into()).or_insert(Allowance { left: most, seen: now });
        let passed = now.saturating_duration_since(allowance.seen).as_secs_f64();
        allowance.left = (allowance.left + passed * most / WINDOW.as_secs_f64()).min(most);
        allowance.seen = now;
        if allowance.left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - allowance.left) * WINDOW.as_secs_f64() / most));
        }
        allowance.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_an_allowance_that_refills() {
        let (quota, now) = (Quota::new(6), Instant::now());
        assert_eq!((0..8).filter(|_| quota.take_at("a", now).is_ok()).count(), 6);
        assert!(quota.take_at("b", now).is_ok());
        assert_eq!(quota.take_at("a", now), Err(Duration::from_secs(10)));
        assert!(quota.take_at("a", now + Duration::from_secs(10)).is_ok());
        assert!(quota.take_at("a", now + Duration::from_secs(11)).is_err());
    }

    #[test]
    fn strangers_do_not_fill_the_memory() {
        let (quota, now) = (Quota::new(1), Instant::now());
        for number in 0..=CALLERS_MOST {
            quota.take_at(&number.to_string(), now).unwrap();
        }
        assert!(quota.callers.lock().unwrap().len() <= CALLERS_MOST);
        quota.take_at(&"x".repeat(1 << 20), now).unwrap();
        assert!(quota.callers.lock().unwrap().keys().all(|key| size_of_val(key) == 32), "a long name is kept whole");
    }
}
