//! Two releases on one schema: it is expanded while the first runs, and both go on.

use reqwest::Method;
use serde_json::json;

use crate::running::{FIRST, Ground, Running, SECOND, id};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_releases_work_on_the_expanded_schema() {
    let ground = Ground::new();
    let quiet = [("JOB_WORKERS", "0")];
    let first = Running::release(&ground, FIRST, &quiet);
    assert!(first.get("/healthz").await.text().await.unwrap().contains("\"version\":\"1.0.0\""));
    let token = first.operator().await;
    let old = first.project(&token).await;
    let refused = ground.program(SECOND).env("MIGRATE_ON_START", "false").env("PORT", "0").output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("this release needs 5"), "{refused:?}");

    // As after a snapshot of the time before was restored: the table's trigger is gone with the table, its function stayed.
    let leftover = "CREATE FUNCTION keep_picture_in_step() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'";
    ground.statement(leftover).await;
    let second = Running::release(&ground, SECOND, &quiet);
    assert_eq!(second.read(&token, &format!("/api/projects/{old}")).await["width"], 320);
    let made = json!({"name": "New", "width": 640, "height": 360, "fps": 30});
    let new = id(&second.post(&token, "/api/projects", made).await);
    assert_eq!(first.read(&token, &format!("/api/projects/{new}")).await["height"], 360);
    for (writer, reader, fps) in [(&first, &second, 24), (&second, &first, 48)] {
        let change = writer.send(&token, Method::PATCH, &format!("/api/projects/{old}"), json!({"fps": fps})).await;
        assert_eq!(change.0, 200, "{}", change.1);
        assert_eq!(reader.read(&token, &format!("/api/projects/{old}")).await["fps"], fps);
    }
    let down = ground.program(SECOND).args(["migrate", "down"]).output().unwrap();
    assert!(down.status.success(), "{}", String::from_utf8_lossy(&down.stderr));
    assert_eq!(first.read(&token, &format!("/api/projects/{new}")).await["fps"], 30);
}
