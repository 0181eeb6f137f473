//! Takes connections, and ends them without losing a request.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A client has so long to send a request's head; also how long an idle connection is kept.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);

/// An open listener with the connections it took.
pub(crate) struct Acceptor {
    listener: TcpListener,
    router: Router,
    protocol: auto::Builder<TokioExecutor>,
    open: GracefulShutdown,
    places: Arc<Semaphore>,
    connections_most: usize,
}

impl Acceptor {
    /// Takes at most `connections_most` at a time; more wait in the system's queue.
    pub(crate) fn new(listener: TcpListener, router: Router, connections_most: usize) -> Acceptor {
        let mut protocol = auto::Builder::new(TokioExecutor::new()).http1_only();
        protocol.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(64 * 1024);
        let places = Arc::new(Semaphore::new(connections_most));
        Acceptor { listener, router, protocol, open: GracefulShutdown::new(), places, connections_most }
    }

    /// Takes connections for as long as it is polled.
    pub(crate) async fn run(&self) {
        loop {
            let Ok(place) = self.places.clone().acquire_owned().await else {
                return;
            };
            match self.listener.accept().await {
                Ok((stream, _)) => self.answer(stream, place),
                Err(error) => {
                    // Out of descriptors, or a connection that died in the queue: the listener itself is sound.
                    tracing::warn!(%error, "cannot take a connection");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }

    fn answer(&self, stream: TcpStream, place: OwnedSemaphorePermit) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot switch off Nagle's algorithm");
        }
        let service = TowerToHyperService::new(self.router.clone());
        let connection = self.protocol.serve_connection_with_upgrades(TokioIo::new(stream), service);
        let connection = self.open.watch(connection.into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }

    /// Answers what already waits in the system's queue, takes no more, and waits until every request is answered.
    /// Returns the number of connections cut off because they were not done within `limit`.
    pub(crate) async fn finish(self, limit: Duration) -> usize {
        let mut taken = 0;
        while taken < 1024 {
            let Ok(place) = self.places.clone().try_acquire_owned() else {
                break;
            };
            let Ok(Ok((stream, _))) = tokio::time::timeout(Duration::from_millis(1), self.listener.accept()).await
            else {
                break;
            };
            self.answer(stream, place);
            taken += 1;
        }
        drop(self.listener);
        tracing::info!(open = self.open.count(), "closing: no more connections are taken");
        match tokio::time::timeout(limit, self.open.shutdown()).await {
            Ok(()) => 0,
            Err(_) => self.connections_most - self.places.available_permits(),
        }
    }
}
