//! A SQLite file that is no longer what it was.

use serde_json::json;

use crate::running::started;

#[tokio::test]
async fn a_lost_database_makes_it_unready_but_alive() {
    let (folder, service) = started();
    // Another connection drops the table that the check reads.
    let database = rusqlite::Connection::open(folder.path().join("asset-manager.db")).unwrap();
    database.execute_batch("ALTER TABLE schema_migrations RENAME TO elsewhere").unwrap();
    let answer = service.get("/health/ready").await;
    assert_eq!(answer.status(), 503);
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!((&body["status"], &body["dependencies"]["database"]["status"]), (&json!("not ready"), &json!("down")));
    assert!(!body.to_string().contains("schema_migrations"), "a cause is shown: {body}");
    assert_eq!(service.get("/health/live").await.status(), 200);
    assert_eq!(service.get("/health").await.status(), 503);
    assert!(service.text("/metrics").await.contains("dependency_up{dependency=\"database\"} 0"));
}
