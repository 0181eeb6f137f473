//! The faults of this service: each is felt where users feel it, told by health, and gone when cleared.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{Running, started_with};

const TOKEN: &str = "a-token-for-drills-of-forty-characters-xx";

fn drilled() -> (tempfile::TempDir, Running) {
    started_with(&[("FAULTS_ENABLED", "true"), ("FAULTS_TOKEN", TOKEN)])
}

async fn switch(service: &Running, method: Method, name: &str, body: &Value) -> u16 {
    let request = service.request(method, &format!("/faults/{name}")).bearer_auth(TOKEN).json(body);
    request.send().await.unwrap().status().as_u16()
}

async fn status(service: &Running, token: &str, path: &str) -> u16 {
    service.request(Method::GET, path).bearer_auth(token).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn each_fault_is_felt_told_and_ends() {
    let (_folder, service) = drilled();
    let token = service.operator().await;
    for (name, path, felt) in [
        ("unavailable", "/health", 503),
        ("exhausted-pool", "/api/health/db", 503),
        ("missing-asset", "/assets/index.js", 404),
        ("broken-auth", "/api/auth/me", 401),
    ] {
        assert_eq!(status(&service, &token, path).await, 200, "{name}");
        assert_eq!(switch(&service, Method::PUT, name, &json!({})).await, 200, "{name}");
        assert_eq!(status(&service, &token, path).await, felt, "{name}");
        let health: Value = service.get("/health").await.json().await.unwrap();
        assert_eq!(health["faults"], json!([name]));
        assert_eq!(switch(&service, Method::DELETE, name, &Value::Null).await, 204);
        assert_eq!(status(&service, &token, path).await, 200, "{name} does not end");
    }
    assert_eq!(switch(&service, Method::PUT, "missing-asset", &json!({"x": 1})).await, 400);
    assert_eq!(switch(&service, Method::PUT, "gremlins", &json!({})).await, 404);
}

#[tokio::test]
async fn the_database_fails_and_is_slow() {
    let (_folder, service) = drilled();
    let token = service.operator().await;
    switch(&service, Method::PUT, "dependency", &json!({"name": "database"})).await;
    let told: Value = service.get("/api/health/db").await.json().await.unwrap();
    assert_eq!((&told["database"], &told["reason"]), (&json!("unreachable"), &json!("could not connect to server")));
    assert_eq!(status(&service, &token, "/api/clients").await, 503);
    assert_eq!(service.get("/").await.status(), 200, "the page needs no database");
    switch(&service, Method::DELETE, "dependency", &Value::Null).await;
    switch(&service, Method::PUT, "slow-query", &json!({"delay_ms": 150})).await;
    let asked = Instant::now();
    assert_eq!(status(&service, &token, "/api/clients").await, 200);
    assert!(asked.elapsed() >= Duration::from_millis(150));
}
