//! When each request of a client falls due: at its own steady rate, whatever became of those before.

use std::time::{Duration, Instant};

use super::kind::Kind;

/// One client's times.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    due: Instant,
    between: Duration,
}

impl Pace {
    /// The clients of a kind under a rate of all kinds together, evenly apart.
    pub(super) fn share(kind: Kind, rate: u32, began: Instant) -> Vec<Pace> {
        let (hundredths, clients) = kind.share();
        let between = Duration::from_secs(100) * clients / (rate.max(1) * hundredths);
        (0..clients).map(|index| Pace { due: began + between * index / clients, between }).collect()
    }

    /// Waits for the next request's time, which lies in the past if the one before took longer; that time.
    pub(super) async fn next(&mut self) -> Instant {
        let due = self.due;
        self.due += self.between;
        tokio::time::sleep_until(due.into()).await;
        due
    }
}
