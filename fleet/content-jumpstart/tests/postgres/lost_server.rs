//! A server that goes away and comes back; a pool that shows itself.

use std::time::{Duration, Instant};

use callsheet_servers::Postgres;
use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{Running, started};

async fn database(service: &Running) -> (u16, Value) {
    let answer = service.get("/api/health/db").await;
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_lost_database_makes_it_unready_but_alive_until_it_is_back() {
    let mut server = Postgres::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let url = server.fresh_database();
    let service = Running::start(folder.path(), &[("DATABASE_URL", &url)]);
    let token = service.operator().await;

    server.halt();
    let (status, told) = database(&service).await;
    assert_eq!((status, &told["database"]), (503, &json!("unreachable")), "{told}");
    assert_eq!(told["reason"], "could not connect to server");
    let ready = service.get("/health/ready").await;
    assert_eq!(ready.status(), 503);
    assert!(!ready.text().await.unwrap().contains("127.0.0.1"), "an address is shown");
    assert_eq!(service.get("/health/live").await.status(), 200);
    let (status, told) = service.send(&token, Method::POST, "/api/clients", &json!({"name": "x"})).await;
    assert_eq!((status, told["type"].as_str()), (503, Some("urn:problem:unavailable")), "{told}");

    server.resume();
    let back = Instant::now();
    while database(&service).await.0 != 200 {
        assert!(back.elapsed() < Duration::from_secs(5), "not connected again after 5 s");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(database(&service).await.1["database"], "connected");
}

#[tokio::test]
async fn the_pool_shows_itself() {
    let (_folder, service) = started();
    let (_, told) = database(&service).await;
    assert_eq!((&told["kind"], &told["pool"]["most"]), (&json!("postgres"), &json!(10)), "{told}");
    assert!(told["pool"]["open"].as_u64().unwrap() >= 1, "{told}");
    let health: Value = service.get("/health").await.json().await.unwrap();
    assert_eq!(health["dependencies"]["database"]["detail"]["pool"]["most"], 10, "{health}");
}
