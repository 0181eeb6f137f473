//! Faults that drills switch on: what they do, and that switching off ends it.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{Running, started_with, with_film};

const TOKEN: &str = "a-token-for-drills-of-forty-characters-xx";
const SETTINGS: [(&str, &str); 4] = [
    ("FAULTS_ENABLED", "true"),
    ("FAULTS_TOKEN", TOKEN),
    ("DATABASE_POOL_WAIT_SECONDS", "0.2"),
    ("SLOW_QUERY_MS", "100"),
];

async fn switch(service: &Running, method: Method, name: &str, body: &Value) {
    let (status, answer) = service.send(TOKEN, method, &format!("/faults/{name}"), body).await;
    assert!(status < 300, "{name}: {answer}");
}

#[tokio::test]
async fn an_exhausted_pool_is_told_and_ends() {
    let (_folder, service) = started_with(&SETTINGS);
    let (token, ..) = with_film(&service).await;
    switch(&service, Method::PUT, "exhausted-pool", &json!({})).await;
    let answer = service.request(Method::GET, "/api/projects").bearer_auth(&token).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (503, "1"));
    let ready = service.get("/health/ready").await;
    assert_eq!(ready.status(), 503);
    let ready = ready.text().await.unwrap();
    assert!(ready.contains("every connection of the pool is in use") && ready.contains("exhausted-pool"), "{ready}");
    assert_eq!(service.get("/health/live").await.status(), 200, "the process itself is well");
    switch(&service, Method::DELETE, "exhausted-pool", &json!({})).await;
    service.read(&token, "/api/projects").await;
    assert_eq!(service.get("/health/ready").await.status(), 200);
}

#[tokio::test]
async fn slow_statements_and_a_lost_database_are_told() {
    let (_folder, service) = started_with(&SETTINGS);
    let (token, ..) = with_film(&service).await;
    switch(&service, Method::PUT, "slow-query", &json!({"delay_ms": 150})).await;
    let began = Instant::now();
    service.read(&token, "/api/projects").await;
    assert!(began.elapsed() > Duration::from_millis(140));
    assert!(service.log().iter().any(|line| line["message"] == "SLOW_QUERY"));
    switch(&service, Method::DELETE, "slow-query", &json!({})).await;
    switch(&service, Method::PUT, "dependency", &json!({"name": "database"})).await;
    let answer = service.request(Method::GET, "/api/projects").bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    switch(&service, Method::PUT, "dependency", &json!({"name": "redis"})).await;
    service.read(&token, "/api/projects").await;
    let health: Value = service.get("/health").await.json().await.unwrap();
    assert_eq!(
        (health["status"].as_str(), &health["dependencies"]["cache"]["detail"]["answers"]),
        (Some("healthy"), &json!(false))
    );
}
