//! Figures in the Prometheus text format: requests by route template, method and status; in flight; process; build.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::problem::Problem;

/// Upper bounds of the latency buckets, in seconds.
const LATENCY_BUCKETS_SECONDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// Upper bounds of the buckets of jobs, in seconds: they may take long.
const JOB_BUCKETS_SECONDS: [f64; 13] = [0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0];

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Why figures cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum MeteringError {
    /// The recorder cannot be built or another one is installed already.
    #[error("cannot install the metrics recorder")]
    Install(#[from] metrics_exporter_prometheus::BuildError),
}

/// Installs the process's recorder. Call once, before the first figure.
pub fn install(service: &str, version: &str) -> Result<(), MeteringError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &LATENCY_BUCKETS_SECONDS)?
        .set_buckets_for_metric(Matcher::Full("ffmpeg_job_duration_seconds".to_owned()), &JOB_BUCKETS_SECONDS)?
        .install_recorder()?;
    describe();
    gauge!("build_info", "service" => service.to_owned(), "version" => version.to_owned()).set(1.0);
    if HANDLE.set(handle).is_err() {
        tracing::debug!("the metrics recorder was installed before");
    }
    Ok(())
}

fn describe() {
    metrics::describe_histogram!(
        "http_request_duration_seconds",
        "Time to answer, by route template, method and status"
    );
    metrics::describe_counter!("http_requests_total", "Requests answered, by route template, method and status");
    metrics::describe_counter!("http_errors_total", "Requests answered with 5xx, by route template and method");
    metrics::describe_gauge!("http_requests_in_flight", "Requests being answered now");
    metrics::describe_gauge!("process_resident_memory_bytes", "Resident memory of this process");
    metrics::describe_gauge!("build_info", "Always 1; the labels name service and version");
    metrics::describe_gauge!("dependency_up", "1 if the dependency's last check passed");
    metrics::describe_gauge!("fault_active", "1 while a drill holds this fault switched on");
    metrics::describe_counter!("faults_injected_total", "Requests, queries and writes that a fault touched");
}

/// Moves recorded samples into their buckets now and then, so that memory stays flat when nobody scrapes.
pub(crate) async fn keep_flat() {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        if let Some(handle) = HANDLE.get() {
            handle.run_upkeep();
        }
    }
}

/// `GET /metrics`.
pub async fn expose() -> Response {
    let Some(handle) = HANDLE.get() else {
        return Problem::unavailable("metrics are not being kept").into_response();
    };
    if let Some(bytes) = resident_bytes() {
        gauge!("process_resident_memory_bytes").set(bytes);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
}

/// Resident memory from `/proc`; `None` where there is no such file.
fn resident_bytes() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}

/// Counts one answered request.
pub(crate) fn count_request(method: &Method, route: &str, status: u16, took: Duration) {
    let method = known_method(method);
    let labels = [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.to_string())];
    histogram!("http_request_duration_seconds", &labels).record(took.as_secs_f64());
    counter!("http_requests_total", &labels).increment(1);
    if status >= 500 {
        counter!("http_errors_total", &labels[..2]).increment(1);
    }
}

/// Clients may invent methods; labels must stay few.
fn known_method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}

/// Holds a place in the in-flight count; given back when dropped, also if the client goes away.
pub(crate) struct InFlight(());

impl InFlight {
    pub(crate) fn begin() -> InFlight {
        gauge!("http_requests_in_flight").increment(1.0);
        InFlight(())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!("http_requests_in_flight").decrement(1.0);
    }
}
