//! Fault switches: off unless configured, set by token, seen in answers, health and metrics, and gone when cleared.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::media::{place, png, upload};
use crate::running::{Running, started, started_with, status_and_body};

const TOKEN: &str = "a-token-for-drills-of-forty-characters-xx";

async fn switch(service: &Running, method: Method, name: &str, body: &Value) -> (u16, Value) {
    let request = service.request(method, &format!("/faults{name}")).bearer_auth(TOKEN).json(body);
    status_and_body(request.send().await.unwrap()).await
}

async fn on(service: &Running, name: &str, body: Value) {
    let (status, answer) = switch(service, Method::PUT, &format!("/{name}"), &body).await;
    assert_eq!(status, 200, "{name}: {answer}");
    assert!(service.text("/metrics").await.contains(&format!("fault_active{{fault=\"{name}\"}} 1")));
    let health: Value = service.get("/health").await.json().await.unwrap();
    assert_eq!(health["faults"], json!([name]));
}

async fn off(service: &Running, name: &str) {
    assert_eq!(switch(service, Method::DELETE, &format!("/{name}"), &Value::Null).await.0, 204);
    assert!(service.text("/metrics").await.contains(&format!("fault_active{{fault=\"{name}\"}} 0")));
    let health: Value = service.get("/health").await.json().await.unwrap();
    assert_eq!((&health["status"], &health["faults"]), (&json!("healthy"), &Value::Null));
}

fn drilled() -> (tempfile::TempDir, Running) {
    started_with(&[("FAULTS_ENABLED", "true"), ("FAULTS_TOKEN", TOKEN)])
}

#[tokio::test]
async fn without_configuration_there_are_no_switches() {
    let (_folder, service) = started();
    assert_eq!(switch(&service, Method::PUT, "/errors", &json!({"share": 1.0})).await.0, 404);
    // A token alone does not open them.
    let (_folder, service) = started_with(&[("FAULTS_TOKEN", TOKEN)]);
    assert_eq!(switch(&service, Method::GET, "", &Value::Null).await.0, 404);
    let (_folder, service) = drilled();
    let request = service.request(Method::PUT, "/faults/errors").bearer_auth("wrong").json(&json!({"share": 1.0}));
    assert_eq!(request.send().await.unwrap().status(), 401);
    assert_eq!(service.get("/").await.status(), 200);
}

#[tokio::test]
async fn errors_latency_and_slow_queries_are_felt_and_end() {
    let (_folder, service) = drilled();
    on(&service, "errors", json!({"share": 0.5, "status": 503})).await;
    let mut failed = 0;
    for _ in 0..10 {
        failed += usize::from(service.get("/api/universes").await.status() == 503);
    }
    assert_eq!(failed, 5);
    assert!(service.text("/metrics").await.contains("http_errors_total{method=\"GET\",route=\"/api/universes\"} 5"));
    off(&service, "errors").await;

    for name in ["latency", "slow-query"] {
        on(&service, name, json!({"delay_ms": 150})).await;
        let asked = Instant::now();
        assert_eq!(service.get("/api/universes").await.status(), 200);
        assert!(asked.elapsed() >= Duration::from_millis(150), "{name} is not felt");
        off(&service, name).await;
    }
    for wrong in [json!({"share": 2}), json!({}), json!({"share": 1, "status": 200}), json!({"share": 1, "x": 1})] {
        assert_eq!(switch(&service, Method::PUT, "/errors", &wrong).await.0, 400, "{wrong}");
    }
    assert_eq!(switch(&service, Method::PUT, "/gremlins", &json!({})).await.0, 404);
}

#[tokio::test]
async fn a_failed_database_and_a_full_disk_are_told_by_health() {
    let (folder, service) = drilled();
    let token = service.admin().await;
    let (_, element) = place(&service, &token).await;
    on(&service, "dependency", json!({"name": "database"})).await;
    assert_eq!(service.get("/api/universes").await.status(), 503);
    let ready = service.get("/health/ready").await;
    assert_eq!(ready.status(), 503);
    let ready: Value = ready.json().await.unwrap();
    assert_eq!(ready["dependencies"]["database"]["status"], "down");
    off(&service, "dependency").await;

    on(&service, "full-disk", json!({})).await;
    let (status, told) = upload(&service, &token, &element, "a.png", png(10, 10)).await;
    assert_eq!((status, told["type"].as_str()), (507, Some("urn:problem:storage")), "{told}");
    let (status, _) = service.send(&token, Method::POST, "/api/universes", &json!({"name": "x"})).await;
    assert_eq!(status, 500);
    assert_eq!(service.get("/api/universes").await.status(), 200, "reading needs no room");
    off(&service, "full-disk").await;
    let (status, _) = upload(&service, &token, &element, "a.png", png(10, 10)).await;
    assert_eq!(status, 201);
    assert_eq!(crate::media::files(&folder.path().join("media")), 2);
}

#[tokio::test]
async fn memory_leaks_and_the_process_crashes_on_demand() {
    let (_folder, mut service) = drilled();
    let resident = |text: String| -> f64 {
        let line =
            text.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes ")).unwrap().to_owned();
        line.parse().unwrap()
    };
    let before = resident(service.text("/metrics").await);
    on(&service, "memory-leak", json!({"bytes_per_second": 400_000_000, "bytes_most": 120_000_000})).await;
    let deadline = Instant::now() + Duration::from_secs(60);
    while resident(service.text("/metrics").await) < before + 1e8 {
        assert!(Instant::now() < deadline, "its memory does not grow");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    off(&service, "memory-leak").await;
    while resident(service.text("/metrics").await) > before + 5e7 {
        assert!(Instant::now() < deadline, "its memory stays taken");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(switch(&service, Method::PUT, "/crash", &json!({})).await.0, 202);
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&service.ended()), Some(6));
}
