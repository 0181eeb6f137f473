//! Breaks requests and memory as the switches say. Health, metrics and the switches themselves are spared.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Faults, Name, count};
use crate::problem::Problem;

const LEAK_INTERVAL: Duration = Duration::from_millis(100);

/// The layer around the service's routes.
pub(crate) async fn inject(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    let Some(switches) = faults.active().filter(|_| !is_spared(&request)) else {
        return next.run(request).await;
    };
    if let Some(late) = switches.latency.filter(|late| faults.hits(late.share)) {
        count(Name::Latency);
        tokio::time::sleep(Duration::from_millis(late.delay_ms)).await;
    }
    if let Some(errors) = switches.errors.filter(|errors| faults.hits(errors.share)) {
        count(Name::Errors);
        tracing::error!(fault = Name::Errors.as_str(), status = errors.status, "a drill fails this request");
        let status = StatusCode::from_u16(errors.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return Problem::new(status, "fault", "something failed on our side; the log has it under this request id")
            .into_response();
    }
    next.run(request).await
}

fn is_spared(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    route.contains("health") || route == "/metrics" || route.starts_with("/faults")
}

/// Lets memory grow while the switch is on, and gives it back when it is off. Runs as long as the process.
pub(crate) async fn leak(faults: Faults) {
    let mut held: Vec<Vec<u8>> = Vec::new();
    loop {
        tokio::time::sleep(LEAK_INTERVAL).await;
        match faults.active().and_then(|switches| switches.memory_leak) {
            None => held = Vec::new(),
            Some(leak) => {
                let size = leak.bytes_per_second as f64 * LEAK_INTERVAL.as_secs_f64();
                let so_far: usize = held.iter().map(Vec::len).sum();
                if so_far as u64 + size as u64 <= leak.bytes_most {
                    count(Name::MemoryLeak);
                    // Written to, else the system would not give it.
                    held.push(vec![0x5a; (size as usize).max(1)]);
                }
            }
        }
    }
}
