//! Waiting for locks: short looks, with pauses between that grow and differ.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, Instant};

use callsheet_migrations::Engine;

/// The longest pause between two tries.
const LONGEST: Duration = Duration::from_secs(1);

/// How long is still waited.
pub(super) struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    pub(super) fn new(patience: Duration, engine: Engine) -> Patience {
        // A server's try waits itself, and others behind it: they get at least as long a turn.
        let pause = Duration::from_millis(if engine == Engine::Sqlite { 5 } else { 100 });
        Patience { until: Instant::now() + patience, pause }
    }

    /// Pauses; false if the time is over.
    pub(super) async fn pause(&mut self) -> bool {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        // Seeded by the system for each: enough for two that wait to fall out of step.
        let random = RandomState::new().build_hasher().finish() % 1000;
        let jittered = self.pause.mul_f64(0.5 + random as f64 / 1000.0);
        tokio::time::sleep(jittered.min(left)).await;
        self.pause = (self.pause * 2).min(LONGEST);
        true
    }
}
