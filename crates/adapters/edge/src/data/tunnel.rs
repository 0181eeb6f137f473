//! WebSockets and other protocols that a connection changes to: bytes both ways until one side ends.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use super::body::Active;
use super::upstream::Upstream;
use super::worker::Worker;
use crate::service::InFlight;

/// Carries bytes until one side ends. The instance has the tunnel registered as long.
pub(crate) fn open(
    client: OnUpgrade,
    (instance, upstream): (OnUpgrade, Upstream),
    mut guard: InFlight,
    active: Active,
    worker: Arc<Worker>,
) {
    guard.count_now();
    active.connection.tunnel.store(true, Ordering::Relaxed);
    let opened = Opened::new(worker);
    tokio::spawn(async move {
        let (Ok(client), Ok(instance), ()) = tokio::join!(client, instance, upstream.end()) else { return };
        let (mut client, mut instance) = (TokioIo::new(client), TokioIo::new(instance));
        // How a tunnel ends is between its two ends; each sees it on its own connection.
        let _between_the_ends = tokio::io::copy_bidirectional(&mut client, &mut instance).await;
        drop((guard, active, opened));
    });
}

/// Counted as long as it lasts.
struct Opened(Arc<Worker>);

impl Opened {
    fn new(worker: Arc<Worker>) -> Opened {
        worker.edge.counters.tunnels.fetch_add(1, Ordering::Relaxed);
        Opened(worker)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.edge.counters.tunnels.fetch_sub(1, Ordering::Relaxed);
    }
}
