//! One connection to an instance.

use std::net::SocketAddr;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::body::RequestBody;

/// A connection that carries one request at a time. A task of the worker that made it drives it.
#[derive(Debug)]
pub(crate) struct Upstream {
    sender: SendRequest<RequestBody>,
    /// How long the instance keeps it open when idle.
    keeps: Duration,
}

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
        let (sender, connection) = Builder::new().handshake(TokioIo::new(stream)).await.map_err(|_| not_refused)?;
        tokio::spawn(async move {
            // Whoever has a request on it is told of the error through that request; an idle connection's end is no error.
            let _told_by_the_request = connection.with_upgrades().await;
        });
        Ok(Upstream { sender, keeps: KEPT })
    }

    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(&mut self, request: Request<RequestBody>) -> Result<Response<Incoming>, NoAnswer> {
        match self.sender.try_send_request(request).await {
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

    /// Can take a request at once.
    pub(crate) fn is_ready(&self) -> bool {
        self.sender.is_ready()
    }

    /// Will take none any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// For how long it may be idle and then used.
    pub(crate) fn keeps(&self) -> Duration {
        self.keeps
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
