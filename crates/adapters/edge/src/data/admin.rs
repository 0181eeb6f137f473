//! `/metrics` and `/status` on loopback, for a Prometheus beside the edge.

use std::convert::Infallible;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use crate::edge::Edge;

/// Serves until the task is aborted.
pub(crate) async fn serve(listener: TcpListener, edge: Arc<Edge>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        let edge = edge.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| std::future::ready(Ok::<_, Infallible>(answer(&edge, &request))));
            let mut builder = http1::Builder::new();
            builder.timer(TokioTimer::new()).keep_alive(false);
            // Whoever breaks the connection has nobody to be told.
            let _the_clients_own = builder.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

fn answer(edge: &Edge, request: &Request<Incoming>) -> Response<String> {
    let (status, kind, text) = match (request.method(), request.uri().path()) {
        (&Method::GET, "/metrics") => (StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", edge.metrics()),
        (&Method::GET, "/status") => match serde_json::to_string(&edge.status()) {
            Ok(text) => (StatusCode::OK, "application/json", text),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, "text/plain", error.to_string()),
        },
        _ => (StatusCode::NOT_FOUND, "text/plain", "`/metrics` and `/status` are here\n".to_owned()),
    };
    let mut response = Response::new(text);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
