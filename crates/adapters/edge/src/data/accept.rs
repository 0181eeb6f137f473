//! From a listening socket to a connection that is served.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::header::HeaderValue;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

use super::answer::{Client, answer};
use super::connection::Connection;
use super::head_guard::HeadGuard;
use super::headers::Origin;
use super::worker::Worker;
use crate::config::ConnectionLimits;
use crate::tls::Acceptor;

/// One listener, as every worker knows it.
#[derive(Debug)]
pub(crate) struct Door {
    /// As configured: routes may name it.
    pub(crate) address: SocketAddr,
    pub(crate) tls: Option<Acceptor>,
    pub(crate) trust_forwarded: bool,
    pub(crate) hsts: Option<HeaderValue>,
}

/// After a failed accept (no descriptors left), before the next.
const PAUSE: Duration = Duration::from_millis(50);

/// Accepts until the task is aborted.
pub(crate) async fn accept(listener: TcpListener, door: Arc<Door>, worker: Arc<Worker>) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_of_one_connection(&error) {
                    eprintln!("cannot accept connections: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
                continue;
            }
        };
        let counters = &worker.edge.counters;
        counters.accepted.fetch_add(1, Ordering::Relaxed);
        let limits = worker.edge.table().limits.clone();
        if counters.connections.load(Ordering::Relaxed) >= u64::from(limits.connections) {
            counters.turned_away.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        let connection = Arc::new(Connection::default());
        connection.idle_since.store(worker.clock.now(), Ordering::Relaxed);
        let opened = Opened::new(worker.clone());
        let number = opened.number;
        let client = Arc::new(Client {
            worker: worker.clone(),
            connection: connection.clone(),
            listener: door.address,
            origin: origin(&door, peer.ip().to_canonical()),
        });
        let task = tokio::spawn(greet(stream, door.clone(), client, limits, opened));
        worker.connections.add(number, connection, task.abort_handle());
    }
}

fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}

fn origin(door: &Door, client: std::net::IpAddr) -> Origin {
    let forwarded_for = HeaderValue::try_from(client.to_string()).unwrap_or(HeaderValue::from_static("unknown"));
    let tls = door.tls.is_some();
    Origin { client, forwarded_for, tls, trusted: door.trust_forwarded, hsts: door.hsts.clone() }
}

/// Finds out what the client speaks, and serves it.
async fn greet(stream: TcpStream, door: Arc<Door>, client: Arc<Client>, limits: ConnectionLimits, opened: Opened) {
    let patience = limits.head_timeout.to_std();
    if stream.set_nodelay(true).is_err() {
        // The client has gone already.
        return;
    }
    let Some(tls) = &door.tls else {
        let two = tokio::time::timeout(patience, speaks_http2(&stream)).await;
        let two = matches!(two, Ok(Ok(true)));
        serve(stream, two, client, limits).await;
        return;
    };
    match tokio::time::timeout(patience, tls.accept(stream)).await {
        Ok(Ok(stream)) => {
            let two = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            serve(stream, two, client, limits).await;
        }
        Ok(Err(_)) | Err(_) => {
            opened.worker.edge.counters.handshakes_failed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Whether the client begins with HTTP/2's preface. Reads nothing away.
async fn speaks_http2(stream: &TcpStream) -> std::io::Result<bool> {
    let mut bytes = [0; PREFACE.len()];
    loop {
        let count = stream.peek(&mut bytes).await?;
        if count == 0 || bytes[..count] != PREFACE[..count] {
            return Ok(false);
        }
        if count == PREFACE.len() {
            return Ok(true);
        }
        // Part of it: `peek` would return the same at once.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn serve<S>(stream: S, two: bool, client: Arc<Client>, limits: ConnectionLimits)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let worker = client.worker.clone();
    let guarded = HeadGuard::new(stream, client.connection.clone(), worker.clock.clone(), !two);
    let io = TokioIo::new(guarded);
    let service = service_fn(move |request| answer(client.clone(), request));
    if !two {
        let mut builder = http1::Builder::new();
        // Head and body copied together and sent with one plain call cost less than a list of them.
        builder.writev(false);
        builder
            .header_read_timeout(None)
            .max_headers(usize::from(limits.headers))
            .max_header_size(limits.head_bytes as usize)
            .max_buf_size((limits.head_bytes as usize).max(SMALLEST_BUFFER));
        // A client that breaks its connection has nobody to be told.
        let _the_clients_own = builder.serve_connection(io, service).with_upgrades().await;
        return;
    }
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(limits.head_bytes)
        .max_local_error_reset_streams(Some(256))
        .keep_alive_interval(Some(limits.stall_timeout.to_std()))
        .keep_alive_timeout(limits.head_timeout.to_std());
    let mut served = std::pin::pin!(builder.serve_connection(io, service));
    let mut drained = worker.drained.clone();
    let _the_clients_own = tokio::select! {
        ended = served.as_mut() => ended,
        () = asked_to_end(&mut drained) => {
            // Two-phase: first no stream is refused, then none is accepted.
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
}

async fn asked_to_end(drained: &mut tokio::sync::watch::Receiver<bool>) {
    if drained.wait_for(|drained| *drained).await.is_err() {
        // The worker has ended, and with it this task.
        std::future::pending::<()>().await;
    }
}

/// Bodies go through buffers of at least this size.
const SMALLEST_BUFFER: usize = 64 * 1024;

/// Counted as long as it lasts.
struct Opened {
    number: u64,
    worker: Arc<Worker>,
}

impl Opened {
    fn new(worker: Arc<Worker>) -> Opened {
        worker.edge.counters.connections.fetch_add(1, Ordering::Relaxed);
        Opened { number: worker.connections.number(), worker }
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.worker.edge.counters.connections.fetch_sub(1, Ordering::Relaxed);
        self.worker.connections.remove(self.number);
    }
}
