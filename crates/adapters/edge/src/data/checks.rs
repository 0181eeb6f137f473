//! Active health checks: every instance of a service that has one is asked from time to time whether it is well, and which version it is.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use callsheet_rollout::ReadyCheck;
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HOST, HeaderMap, HeaderValue, USER_AGENT};

use super::body::RequestBody;
use super::upstream::Upstream;
use crate::config::HealthCheck;
use crate::edge::Edge;
use crate::service::{Instance, Service};

/// Between two looks at what is due.
const LOOK: Duration = Duration::from_millis(50);
/// An answer may be as long as this, bytes.
const LONGEST: usize = 64 * 1024;

/// By instance.
type Courses = Arc<Mutex<HashMap<String, Course>>>;

/// How the checks of one instance go.
#[derive(Debug)]
struct Course {
    /// When the last one began.
    began: Instant,
    /// Whether it has not ended: an instance is never asked twice at once.
    asking: bool,
    /// Failures in a row.
    failures: u32,
}

/// Checks for as long as the edge runs.
pub(crate) async fn check_all(edge: Arc<Edge>) {
    let courses = Courses::default();
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let table = edge.table();
        for (name, check) in &table.checks {
            let Some(service) = edge.known_service(name) else { continue };
            for (instance, version, own) in service.to_check() {
                let check = of_pool(check, own);
                if due(&courses, &instance, &check) {
                    tokio::spawn(check_one(service.clone(), instance, version, check, courses.clone()));
                }
            }
        }
        forget(&courses);
    }
}

/// Where and for what a pool's instances are asked is the release's own matter; how often, and how long it is waited for, the service's.
fn of_pool(check: &HealthCheck, own: Option<ReadyCheck>) -> HealthCheck {
    match own {
        Some(own) => HealthCheck { path: own.path, names_version: own.names_version, ..check.clone() },
        None => check.clone(),
    }
}

fn locked(courses: &Courses) -> std::sync::MutexGuard<'_, HashMap<String, Course>> {
    courses.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Whether it is time; if so, the check counts as begun.
fn due(courses: &Courses, instance: &Instance, check: &HealthCheck) -> bool {
    let now = Instant::now();
    let mut courses = locked(courses);
    let name = &instance.member.id.0;
    let Some(course) = courses.get_mut(name) else {
        courses.insert(name.clone(), Course { began: now, asking: true, failures: 0 });
        return true;
    };
    if course.asking || now.duration_since(course.began) < check.interval.to_std() {
        return false;
    }
    (course.began, course.asking) = (now, true);
    true
}

/// Instances that were not checked for long are of no pool any more.
fn forget(courses: &Courses) {
    const LONG: Duration = Duration::from_secs(600);
    locked(courses).retain(|_, course| course.asking || course.began.elapsed() < LONG);
}

async fn check_one(
    service: Arc<Service>,
    instance: Arc<Instance>,
    version: Arc<str>,
    check: HealthCheck,
    courses: Courses,
) {
    let asked = tokio::time::timeout(check.timeout.to_std(), is_well(&instance, &version, &check)).await;
    let well = asked.unwrap_or(false);
    let mut failures = 0;
    if let Some(course) = locked(&courses).get_mut(&instance.member.id.0) {
        course.asking = false;
        course.failures = if well { 0 } else { course.failures.saturating_add(1) };
        failures = course.failures;
    }
    if well {
        instance.found_well();
    } else if failures >= check.failures {
        service.unwell(&instance);
    }
}

async fn is_well(instance: &Instance, version: &str, check: &HealthCheck) -> bool {
    let Ok(mut upstream) = Upstream::connect(instance.address(), check.timeout.to_std()).await else { return false };
    let Ok(mut request) = Request::get(check.path.as_str()).body(RequestBody::Empty) else { return false };
    let headers = request.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    headers.insert(USER_AGENT, HeaderValue::from_static("callsheet-edge"));
    if let Ok(host) = HeaderValue::try_from(instance.address().to_string()) {
        headers.insert(HOST, host);
    }
    let Ok(response) = upstream.send(request).await else { return false };
    if !response.status().is_success() {
        return false;
    }
    if !check.names_version {
        return true;
    }
    let (parts, body) = response.into_parts();
    match named_by_header(&parts.headers) {
        Some(named) => named == version,
        None => read(&mut upstream, body)
            .await
            .and_then(|bytes| named_by_json(&bytes))
            .is_some_and(|named| named == version),
    }
}

fn named_by_header(headers: &HeaderMap) -> Option<String> {
    Some(headers.get("x-version")?.to_str().ok()?.to_owned())
}

fn named_by_json(bytes: &[u8]) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    Some(answer.get("version")?.as_str()?.to_owned())
}

async fn read(upstream: &mut Upstream, mut body: Incoming) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| upstream.poll_frame(&mut body, cx)).await {
        bytes.extend_from_slice(frame.ok()?.data_ref()?);
        if bytes.len() > LONGEST {
            return None;
        }
    }
    Some(bytes)
}
