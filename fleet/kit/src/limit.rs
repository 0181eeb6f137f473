//! A layer that lets each client make so many requests a minute.
//!
//! A client is the address that the proxy before us saw last (`x-forwarded-for`); without a proxy all are one. Each instance
//! counts for itself, so a service of N instances lets through up to N times as much.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::quota::Quota;

/// Refuses with 429 and says when to come back; `None` is no limit. Health and metrics are spared.
pub async fn limit(State(quota): State<Option<Arc<Quota>>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let spared = route.contains("health") || route == "/metrics";
    if let Some(quota) = quota.filter(|_| !spared)
        && let Err(problem) = quota.take(client(request.headers()))
    {
        metrics::counter!("http_requests_limited_total").increment(1);
        return problem.into_response();
    }
    next.run(request).await
}

/// Who asks, as the proxy before us saw it.
pub fn client(headers: &HeaderMap) -> &str {
    let last = headers.get_all("x-forwarded-for").into_iter().next_back().and_then(|value| value.to_str().ok());
    last.and_then(|list| list.rsplit(',').next()).map_or("direct", str::trim)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_client_is_whom_the_nearest_proxy_saw() {
        let mut headers = HeaderMap::new();
        assert_eq!(client(&headers), "direct");
        headers.insert("x-forwarded-for", HeaderValue::from_static("6.6.6.6, 10.0.0.7"));
        assert_eq!(client(&headers), "10.0.0.7");
    }
}
