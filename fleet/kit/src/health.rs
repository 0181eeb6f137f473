//! Health, liveness and readiness: what works, how fast, and which version says so.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use crate::drain::Drain;
use crate::faults::Faults;
use crate::serve::Overall;

/// A check's answer: details to show, or a short reason fit for anybody to read.
pub type Checking<'a> = Pin<Box<dyn Future<Output = Result<Value, String>> + Send + 'a>>;

/// Something the service cannot do without.
pub trait Dependency: Send + Sync {
    /// Its name in the payload ("database").
    fn name(&self) -> &'static str;
    /// Tries it. Cut off after two seconds.
    fn check(&self) -> Checking<'_>;
    /// What it adds to the top of the overall answer, beside `status` and `version`; nothing unless it says so. Asked
    /// also while the dependency is down.
    fn headline(&self) -> Map<String, Value> {
        Map::new()
    }
    /// Whether no request can be answered without it. What is not needed fails the overall answer, but not readiness: an
    /// instance that goes on without it gets its requests.
    fn is_needed(&self) -> bool {
        true
    }
}

/// What health answers are made of.
#[derive(Clone)]
pub struct Health {
    service: &'static str,
    version: String,
    started: Instant,
    dependencies: Vec<Arc<dyn Dependency>>,
    drain: Drain,
    faults: Faults,
}

const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

impl Health {
    /// For a service that starts now.
    pub fn new(
        service: &'static str,
        version: &str,
        dependencies: Vec<Arc<dyn Dependency>>,
        drain: Drain,
        faults: Faults,
    ) -> Health {
        Health { service, version: version.to_owned(), started: Instant::now(), dependencies, drain, faults }
    }

    /// Routes `path` (overall), `path/live` and `path/ready`.
    pub fn routes(self, path: &str, about: Overall) -> Router {
        let whole = match about {
            Overall::Dependencies => get(overall),
            Overall::Liveness => get(live),
        };
        Router::new()
            .route(path, whole)
            .route(&format!("{path}/live"), get(live))
            .route(&format!("{path}/ready"), get(ready))
            .with_state(self)
    }

    fn answer(&self, up: bool, word: &str, dependencies: Option<Map<String, Value>>) -> Response {
        self.answer_with(up, word, Map::new(), dependencies)
    }

    fn answer_with(
        &self,
        up: bool,
        word: &str,
        headline: Map<String, Value>,
        dependencies: Option<Map<String, Value>>,
    ) -> Response {
        let status = if up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        let mut body = json!({
            "status": word,
            "service": self.service,
            "version": self.version,
            "uptime_seconds": self.started.elapsed().as_secs(),
        });
        for (name, value) in headline {
            body[name] = value;
        }
        if let Some(dependencies) = dependencies {
            body["dependencies"] = Value::Object(dependencies);
        }
        let faults = self.faults.names();
        if !faults.is_empty() {
            body["faults"] = json!(faults);
        }
        (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }

    /// Checks all dependencies side by side: whether all are up, whether all that are needed are, and the payload by name.
    async fn check_all(&self) -> (bool, bool, Map<String, Value>) {
        let check =
            |one: Arc<dyn Dependency>| (one.name(), one.is_needed(), tokio::spawn(check_one(one, self.faults.clone())));
        let running: Vec<_> = self.dependencies.iter().cloned().map(check).collect();
        let (mut all_up, mut needed_up) = (true, true);
        let mut payload = Map::new();
        for (name, is_needed, check) in running {
            let (up, value) =
                check.await.unwrap_or_else(|_| (false, json!({"status": "down", "reason": "the check panicked"})));
            all_up &= up;
            needed_up &= up || !is_needed;
            payload.insert(name.to_owned(), value);
        }
        (all_up, needed_up, payload)
    }
}

async fn check_one(dependency: Arc<dyn Dependency>, faults: Faults) -> (bool, Value) {
    let started = Instant::now();
    let outcome = match faults.holds_down(dependency.name()) {
        Some(reason) => Err(reason),
        None => tokio::time::timeout(CHECK_TIMEOUT, dependency.check())
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {} s", CHECK_TIMEOUT.as_secs()))),
    };
    let latency_ms = (started.elapsed().as_secs_f64() * 1e6).round() / 1e3;
    metrics::gauge!("dependency_up", "dependency" => dependency.name()).set(if outcome.is_ok() { 1.0 } else { 0.0 });
    match outcome {
        Ok(Value::Null) => (true, json!({"status": "up", "latency_ms": latency_ms})),
        Ok(detail) => (true, json!({"status": "up", "latency_ms": latency_ms, "detail": detail})),
        Err(reason) => {
            tracing::warn!(dependency = dependency.name(), reason, "a dependency is down");
            (false, json!({"status": "down", "latency_ms": latency_ms, "reason": reason}))
        }
    }
}

async fn overall(State(health): State<Health>) -> Response {
    let (up, _, dependencies) = health.check_all().await;
    let draining = health.drain.is_draining();
    let word = if !up {
        "unhealthy"
    } else if draining {
        "draining"
    } else {
        "healthy"
    };
    let headline = health.dependencies.iter().flat_map(|one| one.headline());
    let headline: Map<String, Value> = headline.collect();
    health.answer_with(up && !draining, word, headline, Some(dependencies))
}

async fn ready(State(health): State<Health>) -> Response {
    if health.drain.is_draining() {
        return health.answer(false, "draining", None);
    }
    let (_, up, dependencies) = health.check_all().await;
    health.answer(up, if up { "ready" } else { "not ready" }, Some(dependencies))
}

async fn live(State(health): State<Health>) -> Response {
    health.answer(true, "alive", None)
}
