//! Whether the service is going away: told once, seen by readiness, answers and the accept loop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared by all who must know; starts as "serving" and goes to "draining" once.
#[derive(Clone, Debug, Default)]
pub struct Drain(Arc<AtomicBool>);

impl Drain {
    /// From now on readiness answers 503 and every answer closes its connection.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether [`Drain::begin`] was called.
    pub fn is_draining(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
