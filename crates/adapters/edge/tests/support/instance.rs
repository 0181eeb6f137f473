//! An instance of a service: a small real server whose answers say who gave them.

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

pub struct Instance {
    pub name: String,
    pub version: String,
    pub address: SocketAddr,
    /// Requests it was given.
    pub served: Arc<AtomicU64>,
    /// Connections that were made to it.
    pub connections: Arc<AtomicU64>,
    /// Answers every request with 500 from now on.
    pub failing: Arc<AtomicBool>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

struct Shared {
    name: String,
    version: String,
    served: Arc<AtomicU64>,
    failing: Arc<AtomicBool>,
}

impl Instance {
    pub fn start(name: &str, version: &str) -> Instance {
        Instance::start_at(name, version, TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// Again where another one was.
    pub fn start_at(name: &str, version: &str, listener: TcpListener) -> Instance {
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (served, failing) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let shared = Arc::new(Shared {
            name: name.to_owned(),
            version: version.to_owned(),
            served: served.clone(),
            failing: failing.clone(),
        });
        let connections = Arc::<AtomicU64>::default();
        let counted = connections.clone();
        let (end, ended) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, shared, counted) => {}
                    _ = ended => {}
                }
            });
        });
        let (name, version) = (name.to_owned(), version.to_owned());
        Instance { name, version, address, served, connections, failing, end: Some(end), thread: Some(thread) }
    }

    /// Ends at once, as if it were killed: its connections break.
    pub fn kill(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    pub fn served(&self) -> u64 {
        self.served.load(Ordering::SeqCst)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>, connections: Arc<AtomicU64>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        connections.fetch_add(1, Ordering::SeqCst);
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(shared.clone(), request));
            let builder = hyper::server::conn::http1::Builder::new();
            let _the_clients = builder.serve_connection(TokioIo::new(stream), service).with_upgrades().await;
        });
    }
}

type Body = BoxBody<Bytes, Infallible>;

fn full(text: impl Into<Bytes>) -> Body {
    Full::new(text.into()).boxed()
}

async fn answer(shared: Arc<Shared>, mut request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    shared.served.fetch_add(1, Ordering::SeqCst);
    let mut response = match request.uri().path() {
        "/health" => Response::new(full(format!("{{\"version\":\"{}\"}}", shared.version))),
        "/headers" => Response::new(full(format!("{:?}", request.headers()))),
        "/upload" => Response::new(full(count(request.into_body()).await.to_string())),
        "/events" => events(),
        "/socket" => {
            let upgraded = hyper::upgrade::on(&mut request);
            tokio::spawn(async move { echo(upgraded.await.unwrap()).await });
            let mut response = Response::new(full(""));
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            response.headers_mut().insert("connection", "upgrade".parse().unwrap());
            response.headers_mut().insert("upgrade", "websocket".parse().unwrap());
            response
        }
        "/slow" => {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            Response::new(full(shared.name.clone()))
        }
        "/never" => std::future::pending().await,
        "/close" => {
            let mut response = Response::new(full(shared.name.clone()));
            response.headers_mut().insert("connection", "close".parse().unwrap());
            response
        }
        _ => Response::new(full(shared.name.clone())),
    };
    if shared.failing.load(Ordering::SeqCst) {
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    }
    response.headers_mut().insert("x-version", shared.version.parse().unwrap());
    Ok(response)
}

async fn count(mut body: Incoming) -> u64 {
    let mut bytes = 0;
    while let Some(Ok(frame)) = body.frame().await {
        bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
    }
    bytes
}

/// One event, and then nothing for as long as the client likes.
fn events() -> Response<Body> {
    let first = futures_util::stream::once(async { Ok(Frame::data(Bytes::from_static(b"data: one\n\n"))) });
    let rest = futures_util::stream::pending();
    let stream = futures_util::StreamExt::chain(first, rest);
    let mut response = Response::new(StreamBody::new(stream).boxed());
    response.headers_mut().insert("content-type", "text/event-stream".parse().unwrap());
    response
}

async fn echo(upgraded: hyper::upgrade::Upgraded) {
    let (mut read, mut write) = tokio::io::split(TokioIo::new(upgraded));
    let _until_the_client_ends = tokio::io::copy(&mut read, &mut write).await;
}

/// An instance that says what the bytes of `script` say and closes, connection by connection; what it was sent is not read to its end.
pub fn scripted(answers: Vec<&'static [u8]>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).unwrap_or(0);
            if read > 0 && stream.write_all(answer).is_err() {
                return;
            }
        }
    });
    address
}
