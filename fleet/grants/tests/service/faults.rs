//! What drills can break, and what health then says.

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{ADMIN, PASSWORD, started};

#[tokio::test]
async fn health_tells_what_is_broken_and_liveness_stays() {
    let (_place, service) = started();
    let (status, ready) = service.look("/api/health/ready").await;
    assert_eq!((status, ready["status"].as_str(), ready["version"].as_str()), (200, Some("ready"), Some("2.0.0")));
    for name in ["database", "redis", "afm_keys"] {
        assert!(ready["dependencies"][name]["latency_ms"].is_number(), "{ready}");
    }
    for name in ["database", "redis"] {
        service.fault("dependency", json!({"name": name})).await;
        let (status, ready) = service.look("/api/health/ready").await;
        assert_eq!((status, ready["dependencies"][name]["status"].as_str()), (503, Some("down")), "{ready}");
        assert_eq!(service.look("/api/health").await.0, 200);
        let (status, problem) = service.login(ADMIN, PASSWORD).await;
        assert_eq!(status, 503, "{problem}");
        service.clear_faults().await;
    }
    assert_eq!(service.login(ADMIN, PASSWORD).await.0, 200);
}

#[tokio::test]
async fn an_exhausted_pool_is_told_from_a_lost_database() {
    let (_place, service) = started();
    service.fault("pool-exhausted", json!({})).await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        let (_, ready) = service.look("/api/health/ready").await;
        if ready["dependencies"]["database"]["status"] == "down" {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{ready}");
    }
    let figures = service.get("/metrics").await.text().await.unwrap();
    let value = |name: &str| {
        let line = figures.lines().find(|line| line.starts_with(name) && !line.starts_with('#'));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
    };
    assert_eq!(value("database_pool_connections_in_use"), value("database_pool_connections_most"), "{figures}");
    service.clear_faults().await;
    assert_eq!(service.login(ADMIN, PASSWORD).await.0, 200);
}

#[tokio::test]
async fn a_statement_that_the_server_ends_for_its_time_is_to_be_tried_again() {
    let (place, service) = started();
    let token = service.admin().await;
    let (mut owner, connection) = tokio_postgres::connect(&place.database, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let lock = owner.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE documents IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let asked = service.send(&token, Method::GET, "/api/documents", &Value::Null);
    // As its own time limit does after 20 seconds.
    let ended = async {
        let cancel =
            "SELECT count(pg_cancel_backend(pid)) FROM pg_locks WHERE relation = 'documents'::regclass AND NOT granted";
        while lock.query_one(cancel, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let ((status, problem), ()) = tokio::join!(asked, ended);
    assert_eq!(status, 503, "{problem}");
    lock.rollback().await.unwrap();
    assert_eq!(service.send(&token, Method::GET, "/api/documents", &Value::Null).await.0, 200);
    drop(owner);
    connection.await.unwrap().unwrap();
}

#[tokio::test]
async fn broken_sign_in_breaks_sessions_too() {
    let (_place, service) = started();
    let token = service.admin().await;
    service.fault("broken-auth", json!({})).await;
    assert_eq!(service.login(ADMIN, PASSWORD).await.0, 401);
    assert_eq!(service.send(&token, Method::GET, "/api/auth/me", &Value::Null).await.0, 401);
    assert_eq!(service.look("/api/health/ready").await.0, 200);
    service.clear_faults().await;
    assert_eq!(service.send(&token, Method::GET, "/api/auth/me", &Value::Null).await.0, 200);
}
