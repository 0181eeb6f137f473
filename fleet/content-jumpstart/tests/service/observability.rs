//! Health as the runbook asks for it, figures, headers.

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{PASSWORD, started, started_with};

#[tokio::test]
async fn health_names_version_limits_and_dependencies() {
    let (_folder, service) = started_with(&[("CONTENT_JUMPSTART_VERSION", "2.4.0-rc1")]);
    for (path, word) in [("/health", "healthy"), ("/health/ready", "ready"), ("/health/live", "alive")] {
        let answer = service.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!((body["status"].as_str(), body["version"].as_str()), (Some(word), Some("2.4.0-rc1")));
    }
    let health: Value = service.get("/health").await.json().await.unwrap();
    assert_eq!((&health["debug_mode"], &health["rate_limits"]["queue_length"]), (&json!(false), &json!(0)), "{health}");
    assert_eq!((&health["provider"], &health["front_end"]), (&json!("template"), &json!("built in")));
    let database: Value = service.get("/api/health/db").await.json().await.unwrap();
    assert_eq!((&database["database"], &database["schema_version"]), (&json!("connected"), &json!(5)), "{database}");
    assert!(database["pool"]["most"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn ids_go_through_answer_and_log_and_secrets_stay_out() {
    let (_folder, service) = started();
    let token = service.operator().await;
    let request = service.request(Method::GET, "/api/projects?limit=3").bearer_auth(&token);
    let answer = request.header("x-request-id", "req-77").header("x-correlation-id", "deploy-5").send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], "req-77");
    let log = service.log();
    let line = log.iter().find(|line| line["request_id"] == "req-77").unwrap();
    assert_eq!((&line["correlation_id"], &line["route"]), (&json!("deploy-5"), &json!("/api/projects")));
    let all = serde_json::to_string(&log).unwrap();
    assert!(!all.contains(&token) && !all.contains(PASSWORD) && !all.contains(crate::running::KEY));
    let figures = service.text("/metrics").await;
    assert!(
        figures.contains("logins_total{outcome=\"ok\"} 1")
            && figures.contains("route=\"/api/projects\",status=\"200\"} 1"),
        "{figures}"
    );
}

#[tokio::test]
async fn browsers_are_protected_and_only_named_origins_may_call() {
    let (_folder, service) = started_with(&[("CORS_ORIGINS", "https://app.studio.example"), ("HSTS", "true")]);
    let answer = service.get("/").await;
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
    assert!(answer.headers().contains_key("strict-transport-security"));
    for (origin, allowed) in [("https://app.studio.example", true), ("https://evil.example", false)] {
        let request = service.request(Method::OPTIONS, "/api/projects").header("origin", origin);
        let answer = request.header("access-control-request-method", "POST").send().await.unwrap();
        assert_eq!(answer.headers().contains_key("access-control-allow-origin"), allowed, "{origin}");
    }
}
