//! One connection to an instance.
//!
//! No task of its own drives it: whoever waits for an answer on it does, so that a request wakes one task and not two. While it is idle
//! nobody does; whoever takes it from the idle ones looks first whether the instance has closed it.

use std::fmt;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::body::RequestBody;

/// A connection that carries one request at a time.
pub(crate) struct Upstream {
    sender: SendRequest<RequestBody>,
    /// `None` once it has ended.
    connection: Option<Pin<Box<Driven>>>,
    /// How long the instance keeps it open when idle.
    keeps: Duration,
}

/// The library's side of a connection. It has no name there.
type Driven = dyn Future<Output = hyper::Result<()>> + Send;

/// Below the five seconds after which many servers close an idle connection, so that they never close one as we use it.
const KEPT: Duration = Duration::from_secs(4);
/// Longest, even where the instance promises more.
const LONGEST_KEPT: Duration = Duration::from_secs(60);

/// Why there is no connection. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConnectFailed {
    /// Nobody listens there.
    pub(crate) refused: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// Not a byte of the request was sent; here it is again.
    NotSent(Box<Request<RequestBody>>),
    /// Some of it may have been.
    Sent(hyper::Error),
}

impl Upstream {
    /// Connects.
    pub(crate) async fn connect(address: SocketAddr, longest: Duration) -> Result<Upstream, ConnectFailed> {
        let stream = match tokio::time::timeout(longest, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                return Err(ConnectFailed { refused: error.kind() == std::io::ErrorKind::ConnectionRefused });
            }
            Err(_) => return Err(ConnectFailed { refused: false }),
        };
        let not_refused = ConnectFailed { refused: false };
        stream.set_nodelay(true).map_err(|_| not_refused)?;
        let (sender, connection) =
            Builder::new().writev(false).handshake(TokioIo::new(stream)).await.map_err(|_| not_refused)?;
        let connection: Pin<Box<Driven>> = Box::pin(connection.with_upgrades());
        Ok(Upstream { sender, connection: Some(connection), keeps: KEPT })
    }

    /// Lets the connection do what it can now. Its errors reach whoever has a request on it.
    fn drive(&mut self, cx: &mut Context<'_>) {
        if let Some(connection) = &mut self.connection
            && connection.as_mut().poll(cx).is_ready()
        {
            self.connection = None;
        }
    }

    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(&mut self, request: Request<RequestBody>) -> Result<Response<Incoming>, NoAnswer> {
        let mut sent = std::pin::pin!(self.sender.try_send_request(request));
        let answered = poll_fn(|cx| {
            self.drive(cx);
            sent.as_mut().poll(cx)
        });
        match answered.await {
            Ok(response) => {
                if let Some(promised) =
                    response.headers().get("keep-alive").and_then(|value| promised(value.as_bytes()))
                {
                    self.keeps = promised;
                }
                Ok(response)
            }
            Err(mut error) => Err(match error.take_message() {
                Some(request) => NoAnswer::NotSent(Box::new(request)),
                None => NoAnswer::Sent(error.into_error()),
            }),
        }
    }

    /// The next frame of an answer that comes on it.
    pub(crate) fn poll_frame(
        &mut self,
        body: &mut Incoming,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match Pin::new(&mut *body).poll_frame(cx) {
            Poll::Pending => {
                self.drive(cx);
                Pin::new(body).poll_frame(cx)
            }
            ready => ready,
        }
    }

    /// Whether it can take a request at once. One that the instance has closed, or on which something is still under way, cannot.
    pub(crate) fn is_ready(&mut self) -> bool {
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.connection.is_some() && self.sender.is_ready()
    }

    /// Drives it to its end: until it has changed its protocol, or broke.
    pub(crate) async fn end(mut self) {
        poll_fn(|cx| {
            self.drive(cx);
            if self.connection.is_none() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// For how long it may be idle and then used.
    pub(crate) fn keeps(&self) -> Duration {
        self.keeps
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("open", &self.connection.is_some()).finish_non_exhaustive()
    }
}

/// A second less than `timeout=N` promises.
fn promised(value: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(value).ok()?;
    let seconds: u64 = text.split(',').find_map(|part| part.trim().strip_prefix("timeout="))?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.saturating_sub(1)).min(LONGEST_KEPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_used_but_for_its_last_second() {
        assert_eq!(promised(b"timeout=5"), Some(Duration::from_secs(4)));
        assert_eq!(promised(b"max=100, timeout=1"), Some(Duration::ZERO));
        assert_eq!(promised(b"timeout=3600"), Some(LONGEST_KEPT));
        assert_eq!(promised(b"max=5"), None);
        assert_eq!(promised(b"timeout=\xff"), None);
    }
}
