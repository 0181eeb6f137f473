//! A request's ids and what is noted about it: log line, latency, in-flight count.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use crate::drain::Drain;
use crate::metering;

/// Names one request; taken from the client or made here, and sent back.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Names the larger affair that a request belongs to; the request's own id if none was given.
pub const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// Does work for a request after its answer, such as a job that it started, under the request's ids: they stand in every
/// log line, and [`current`] gives them.
pub async fn under<T>(ids: RequestIds, work: impl Future<Output = T>) -> T {
    let span = tracing::info_span!("job", request_id = ids.request, correlation_id = ids.correlation);
    CURRENT.scope(ids, work.instrument(span)).await
}

/// The two ids of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestIds {
    /// `x-request-id`.
    pub request: String,
    /// `x-correlation-id`.
    pub correlation: String,
}

tokio::task_local! {
    static CURRENT: RequestIds;
}

/// The ids of the request being answered by this task, for jobs and calls it starts.
pub fn current() -> Option<RequestIds> {
    CURRENT.try_with(RequestIds::clone).ok()
}

/// The id of the request being answered by this task.
pub fn current_id() -> Option<String> {
    current().map(|ids| ids.request)
}

impl RequestIds {
    /// From a request's headers; what is missing or not plain is made anew.
    pub fn from_headers(headers: &HeaderMap) -> RequestIds {
        let request = plain(headers, &REQUEST_ID).unwrap_or_else(|| Uuid::now_v7().to_string());
        let correlation = plain(headers, &CORRELATION_ID).unwrap_or_else(|| request.clone());
        RequestIds { request, correlation }
    }
}

/// An id we are willing to repeat in logs: 1 to 128 letters, digits and `._-:/+=`.
fn plain(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-:/+=".contains(c);
    ((1..=128).contains(&text.len()) && text.chars().all(allowed)).then(|| text.to_owned())
}

/// Outermost layer: gives the request its ids, times it, writes its log line and closes the connection while draining.
pub async fn follow(State(drain): State<Drain>, mut request: Request, next: Next) -> Response {
    let ids = RequestIds::from_headers(request.headers());
    // Answers that go on for long (events) end by themselves once they see it.
    request.extensions_mut().insert(drain.clone());
    let span = tracing::info_span!("request", request_id = ids.request, correlation_id = ids.correlation);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let path = request.uri().path().to_owned();
    let headers = [(REQUEST_ID, ids.request.clone()), (CORRELATION_ID, ids.correlation.clone())];
    let answer = async {
        let started = Instant::now();
        let running = metering::InFlight::begin();
        let mut response = next.run(request).await;
        drop(running);
        let status = response.status().as_u16();
        let took = started.elapsed();
        metering::count_request(&method, &route, status, took);
        note(&method, &route, &path, status, took.as_secs_f64() * 1e3);
        for (name, value) in headers {
            // Ids are plain ASCII by construction; one that is not is left out rather than failing the answer.
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        if drain.is_draining() {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    };
    CURRENT.scope(ids, answer.instrument(span)).await
}

/// One line per request; probes and scrapes only at level `debug`. The query is left out: it may hold secrets.
fn note(method: &Method, route: &str, path: &str, status: u16, latency_ms: f64) {
    let latency_ms = (latency_ms * 1000.0).round() / 1000.0;
    if status >= 500 {
        tracing::error!(%method, route, path, status, latency_ms, "answered");
    } else if route.contains("health") || route == "/metrics" {
        tracing::debug!(%method, route, path, status, latency_ms, "answered");
    } else {
        tracing::info!(%method, route, path, status, latency_ms, "answered");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_plain_ids_and_replaces_others() {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_static("deploy-42"));
        let ids = RequestIds::from_headers(&headers);
        assert_eq!((ids.request.as_str(), ids.correlation.as_str()), ("deploy-42", "deploy-42"));
        headers.insert(REQUEST_ID, HeaderValue::from_static("a b\"c"));
        assert_eq!(RequestIds::from_headers(&headers).request.len(), 36);
    }
}
