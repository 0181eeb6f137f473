//! Health, logs, figures, headers.

use reqwest::Method;
use serde_json::json;

use crate::running::{started, started_with};

#[tokio::test]
async fn health_names_version_and_dependencies() {
    let (_folder, service) = started_with(&[("ASSET_MANAGER_VERSION", "2.4.0-rc1")]);
    for (path, word) in [("/health", "healthy"), ("/health/ready", "ready"), ("/health/live", "alive")] {
        let answer = service.get(path).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["cache-control"].to_str().unwrap()),
            (200, &"no-store")
        );
        let body: serde_json::Value = answer.json().await.unwrap();
        assert_eq!((body["status"].as_str(), body["version"].as_str()), (Some(word), Some("2.4.0-rc1")));
        if path != "/health/live" {
            let database = &body["dependencies"]["database"];
            assert_eq!((&database["status"], &database["detail"]["schema_version"]), (&json!("up"), &json!(6)));
            assert!(database["latency_ms"].as_f64().unwrap() > 0.0);
            assert_eq!(body["dependencies"]["storage"]["status"], "up");
        }
    }
}

#[tokio::test]
async fn ids_go_through_answer_and_log_and_secrets_stay_out() {
    let (_folder, service) = started();
    let token = service.admin().await;
    let request = service.request(Method::GET, "/api/universes?limit=3").bearer_auth(&token);
    let request = request.header("x-request-id", "req-77").header("x-correlation-id", "deploy-5");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], "req-77");
    assert_eq!(answer.headers()["x-correlation-id"], "deploy-5");
    let log = service.log();
    let line = log.iter().find(|line| line["request_id"] == "req-77").unwrap();
    assert_eq!(
        (&line["correlation_id"], &line["route"], &line["status"]),
        (&json!("deploy-5"), &json!("/api/universes"), &json!(200))
    );
    let all = serde_json::to_string(&log).unwrap();
    assert!(!all.contains(&token) && !all.contains(crate::running::PASSWORD) && !all.contains(crate::running::KEY));
    let made = service.get("/nowhere").await;
    let id = made.headers()["x-request-id"].to_str().unwrap().to_owned();
    let problem: serde_json::Value = made.json().await.unwrap();
    assert_eq!(problem["request_id"], json!(id));
}

#[tokio::test]
async fn figures_are_by_route_template() {
    let (_folder, service) = started();
    for _ in 0..3 {
        service.get("/api/universes/01890000-0000-7000-8000-000000000000").await;
    }
    service.get("/some/invented/path").await;
    let text = service.text("/metrics").await;
    for line in [
        "http_requests_total{method=\"GET\",route=\"/api/universes/{id}\",status=\"404\"} 3",
        "http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"} 1",
        "http_request_duration_seconds_count{method=\"GET\",route=\"/api/universes/{id}\",status=\"404\"} 3",
        "http_requests_in_flight 1",
    ] {
        assert!(text.contains(line), "{line}:\n{text}");
    }
    assert!(!text.contains("invented"));
}

#[tokio::test]
async fn browsers_are_protected_and_only_named_origins_may_call() {
    let (_folder, service) = started_with(&[("ALLOWED_ORIGINS", "https://studio.example"), ("HSTS", "true")]);
    let answer = service.get("/").await;
    for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY")] {
        assert_eq!(answer.headers()[name], value);
    }
    assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    assert!(answer.headers().contains_key("strict-transport-security"));
    for (origin, allowed) in [("https://studio.example", true), ("https://evil.example", false)] {
        let request = service.request(Method::OPTIONS, "/api/universes").header("origin", origin);
        let answer = request.header("access-control-request-method", "POST").send().await.unwrap();
        assert_eq!(answer.headers().contains_key("access-control-allow-origin"), allowed, "{origin}");
    }
    let (_folder, plain) = started();
    assert!(!plain.get("/").await.headers().contains_key("strict-transport-security"));
}
