//! Clients over HTTP/2: requests fall due on a connection whether or not those before were answered.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::book::Book;
use super::http1::READS;
use super::kind::Kind;
use super::pace::Pace;
use super::{Aim, PATIENCE};

type Sender = SendRequest<Empty<Bytes>>;

/// Asks until the load is over. A connection that was told to come again (GOAWAY) is left, and requests that the other side said it
/// did not take are sent once more, as RFC 9113 allows.
pub(super) async fn client(aim: &Rc<Aim>, book: &Rc<Book>, mut pace: Pace) {
    let mut kept: Option<Sender> = None;
    let mut under_way = tokio::task::JoinSet::new();
    for number in 0_usize.. {
        let due = pace.next().await;
        if book.is_over() {
            break;
        }
        let began = Instant::now();
        let sender = match kept.take().filter(|sender| !sender.is_closed()) {
            Some(sender) => Ok(sender),
            None => connect(aim.address, book).await,
        };
        match sender {
            Ok(sender) => {
                kept = Some(sender.clone());
                let (address, book) = (aim.address, book.clone());
                under_way.spawn_local(async move {
                    match tokio::time::timeout(PATIENCE, ask(address, &book, sender, READS[number % READS.len()])).await
                    {
                        Ok(Ok(())) => book.answered(Kind::Http2, due),
                        Ok(Err(why)) => book.failed(Kind::Http2, began, why),
                        Err(_) => book.failed(Kind::Http2, began, "no answer in time"),
                    }
                });
            }
            Err(error) => book.failed(Kind::Http2, began, error),
        }
        while under_way.try_join_next().is_some() {}
    }
    under_way.join_all().await;
}

async fn connect(address: SocketAddr, book: &Book) -> io::Result<Sender> {
    book.opened(Kind::Http2);
    let stream = tokio::net::TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // Its end is seen by the requests on it.
    tokio::task::spawn_local(async move { drop(connection.await) });
    Ok(sender)
}

async fn ask(address: SocketAddr, book: &Book, mut sender: Sender, path: &str) -> Result<(), String> {
    let mut request = get(path)?;
    for number in 0..3 {
        if number > 0 || sender.is_closed() {
            sender = connect(address, book).await.map_err(|error| error.to_string())?;
        }
        match sender.try_send_request(request).await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                answer.into_body().collect().await.map_err(|error| words(&error))?;
                return if status == 200 { Ok(()) } else { Err(format!("status {status}")) };
            }
            // RFC 9113, 6.8: what a GOAWAY without an error did not count as taken may be asked again.
            Err(mut refused) => match refused.take_message() {
                Some(untaken) => request = untaken,
                None if words(refused.error()).ends_with(GO_AWAY) => request = get(path)?,
                None => return Err(words(refused.error())),
            },
        }
    }
    Err("three connections did not take it".to_owned())
}

/// How the connection's library says that the other side sent GOAWAY with no error before it took the request.
const GO_AWAY: &str = "connection error received: not a result of an error";

fn get(path: &str) -> Result<Request<Empty<Bytes>>, String> {
    Request::get(format!("http://assets.test{path}")).body(Empty::new()).map_err(|error| error.to_string())
}

fn words(error: &hyper::Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}
