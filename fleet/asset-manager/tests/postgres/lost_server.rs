//! A server that goes away and comes back.

use std::time::{Duration, Instant};

use callsheet_servers::Postgres;
use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{Running, started};

async fn readiness(service: &Running) -> (u16, Value) {
    let answer = service.get("/health/ready").await;
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_lost_database_makes_it_unready_but_alive_until_it_is_back() {
    let mut server = Postgres::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let url = server.fresh_database();
    let service = Running::start(folder.path(), &[("DATABASE_URL", &url)]);
    let token = service.admin().await;
    let made = service.create(&token, "/api/universes", json!({"name": "Kept"})).await;

    server.halt();
    let (status, body) = readiness(&service).await;
    assert_eq!((status, &body["dependencies"]["database"]["status"]), (503, &json!("down")), "{body}");
    assert_eq!(body["dependencies"]["media"]["status"], "up");
    assert!(!body.to_string().contains("127.0.0.1"), "a cause is shown: {body}");
    assert_eq!(service.get("/health/live").await.status(), 200);
    let (status, told) = service.send(&token, Method::POST, "/api/universes", &json!({"name": "x"})).await;
    assert_eq!((status, told["type"].as_str()), (503, Some("urn:problem:unavailable")), "{told}");
    assert!(service.text("/metrics").await.contains("dependency_up{dependency=\"database\"} 0"));

    server.resume();
    let back = Instant::now();
    while readiness(&service).await.0 != 200 {
        assert!(back.elapsed() < Duration::from_secs(60), "not ready again after a minute");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let path = format!("/api/universes/{}", made["id"].as_str().unwrap());
    assert_eq!(service.read(&token, &path).await, made);
}

#[tokio::test]
async fn health_and_metrics_show_the_pool() {
    let (_folder, service) = started();
    for _ in 0..3 {
        service.get("/universes").await;
    }
    let (_, body) = readiness(&service).await;
    let detail = &body["dependencies"]["database"]["detail"];
    assert_eq!((&detail["kind"], &detail["pool"]["most"]), (&json!("postgres"), &json!(10)));
    assert!(detail["pool"]["open"].as_u64().unwrap() >= 1, "{detail}");
    let figures = service.text("/metrics").await;
    for name in ["connections_most 10", "connections_open ", "connections_in_use ", "waiting 0"] {
        assert!(figures.contains(&format!("\ndatabase_pool_{name}")), "{name}: {figures}");
    }
}

#[tokio::test]
async fn without_a_server_it_does_not_start_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://app:hunter2@127.0.0.1:1/none";
    let done = crate::running::program(folder.path()).env("DATABASE_URL", url).output().unwrap();
    let told = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{told}");
    assert!(
        told.contains("cannot start") && told.contains("Connection refused") && !told.contains("hunter2"),
        "{told}"
    );
}
